/** A command that the runner of GitHub Actions found in a line of a step's output. */
export type Command = {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
};

const lines = (text: string) => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n');
const unescapeData = (text: string) => lines(text).replaceAll('%25', '%');
const unescapeProperty = (text: string) =>
  lines(text).replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%');

/** As the runner reads a log, both of its forms of a command (actions/runner, src/Runner.Common/ActionCommand.cs). */
export function commandsIn(log: string): Command[] {
  return log.split(/\r?\n|\r/).flatMap((line) => {
    const [, info, data] = /^\s*::(.*?)::(.*)$/.exec(line) ?? [];
    if (info !== undefined && data !== undefined) return [command(info, unescapeData(data), ',')];
    const [, older, rest] = /##\[(.*?)\](.*)$/.exec(line) ?? [];
    return older === undefined || rest === undefined ? [] : [command(older, rest, ';')];
  });
}

function command(info: string, data: string, separator: string): Command {
  const [, name = '', list = ''] = /^(\S*) ?(.*)$/.exec(info) ?? [];
  const pairs = list.split(separator).flatMap((pair) => {
    const [, key, value] = /^(.*?)=(.+)$/.exec(pair) ?? [];
    return key === undefined || value === undefined ? [] : [[key, unescapeProperty(value)] as const];
  });
  return { name, properties: Object.fromEntries(pairs), data };
}
