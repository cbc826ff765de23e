#!/usr/bin/env node
require('../dist/netmeter.cjs');
