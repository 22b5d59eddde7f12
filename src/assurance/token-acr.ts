import { formatAcr, type Level, parseAcr, satisfies } from './level.ts';

/**
 * The acr a token carries: the first asked value that the reached level satisfies and that satisfies what was required; when there
 * is none, exactly the reached level. Never above what was reached.
 */
export function tokenAcr(reached: Level, required: Level, asked: readonly string[]): string {
  const answer = asked.find((value) => {
    const level = parseAcr(value);
    return level !== undefined && satisfies(reached, level) && satisfies(level, required);
  });
  return answer ?? formatAcr(reached);
}
