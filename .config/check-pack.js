// Reads `npm pack --json` on stdin: the package holds what runs, and nothing else.
let text = '';
for await (const chunk of process.stdin) text += chunk;
const [{ files, size }] = JSON.parse(text);
const strangers = files.filter(
  ({ path }) =>
    !/^(package\.json|README\.md|LICENSE|bin\/(netmeter\.js|package\.json)|dist\/.+\.(js|cjs|d\.ts|json|txt|sh))$/.test(
      path,
    ),
);
if (strangers.length > 0)
  throw new Error(`does not belong into the package: ${strangers.map(({ path }) => path).join(', ')}`);
console.log(`${files.length} files, ${size} bytes packed`);
