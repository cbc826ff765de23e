#!/usr/bin/env node
try {
  require('../dist/netmeter.cjs');
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND' || require('node:fs').existsSync(`${__dirname}/../dist/netmeter.cjs`))
    throw error;
  console.error(`netmeter: it is not built yet: run npm install in ${require('node:path').dirname(__dirname)}`);
  process.exitCode = 125;
}
