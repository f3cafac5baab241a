/**
 * Asks a server once for what several requests need, at the same time or soon after. What failed is
 * asked for again. The signals of all requests abort together, when the process ends.
 */
export function keepAnswers<Value>(answersMax: number) {
  const kept = new Map<string, Promise<Value>>();
  return (key: string, ask: () => Promise<Value>): Promise<Value> => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const answer = ask();
    kept.set(key, answer);
    answer.catch(() => kept.delete(key));
    for (const oldest of kept.keys()) {
      if (kept.size <= answersMax) break;
      kept.delete(oldest);
    }
    return answer;
  };
}
