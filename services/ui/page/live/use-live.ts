/** What is being done, as the server tells it while the page is open. */
import { useEffect, useState } from 'preact/hooks';
import type { LiveAnswer } from '../../live/view.ts';

/** Null until the first word. */
export function useLive(out: number): LiveAnswer | null {
  const [answer, setAnswer] = useState<LiveAnswer | null>(null);
  useEffect(() => {
    setAnswer(null);
    const news = new EventSource(`/api/watch?out=${out}`);
    news.addEventListener('live', (event) => setAnswer(JSON.parse(event.data) as LiveAnswer));
    return () => news.close();
  }, [out]);
  return answer;
}
