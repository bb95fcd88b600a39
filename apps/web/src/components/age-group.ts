const DAY_MS = 86_400_000;

/** Under which heading a time is listed, seen from `now`: both in milliseconds since 1970. Pure. */
export function ageGroup(at: number, now = Date.now()): string {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (at >= midnight) return 'Today';
  if (at >= midnight - DAY_MS) return 'Yesterday';
  if (at >= midnight - 7 * DAY_MS) return 'This week';
  return at >= midnight - 30 * DAY_MS ? 'This month' : 'Earlier';
}
