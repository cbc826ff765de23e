/** Runs a tool to its end and returns its stdout. @throws when it fails, with what it said */
export async function runTool(file: string, argv: readonly string[], input = ''): Promise<string> {
  // Loaded here because few runs need it: it costs more than the rest of a start.
  const { execa } = await import('execa');
  const { stdout } = await execa(file, argv, { timeout: 10_000, cleanup: false, input });
  return stdout;
}
