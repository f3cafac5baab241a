/**
 * Asks a server once for what several requests need, at the same time or soon after. What failed is
 * asked for again. The signals of all requests abort together, when the process ends.
 */
import { sha256 } from '../runtime/ids.ts';

/** Keys may be whole texts; their hashes are kept. */
export function keepAnswers<Value>(answersMax: number) {
  const kept = new Map<string, Promise<Value>>();
  return (key: string, ask: () => Promise<Value>): Promise<Value> => {
    const place = sha256(key);
    const known = kept.get(place);
    if (known !== undefined) return known;
    const answer = ask();
    kept.set(place, answer);
    // By now a later answer may stand in its place.
    answer.catch(() => {
      if (kept.get(place) === answer) kept.delete(place);
    });
    for (const oldest of kept.keys()) {
      if (kept.size <= answersMax) break;
      kept.delete(oldest);
    }
    return answer;
  };
}
