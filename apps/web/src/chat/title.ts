const MAX_TITLE = 48;

/** A title for a chat, from the first thing that was asked: its first line, cut between words. Pure. */
export function titleOf(question: string): string {
  const line =
    question
      .replace(/^[#>*\-\s]+/, '')
      .split('\n', 1)[0]
      ?.replace(/\s+/g, ' ')
      .trim() ?? '';
  if (line === '') return 'New chat';
  if (line.length <= MAX_TITLE) return line;
  const cut = line.slice(0, MAX_TITLE);
  const space = cut.lastIndexOf(' ');
  return `${(space > MAX_TITLE / 2 ? cut.slice(0, space) : cut).trim()}…`;
}
