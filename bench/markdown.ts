export const mib = (kib: number): string => `${(kib / 1024).toFixed(0)} MiB`;

export const percent = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(1)} %`;

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

export function tableOf(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}
