/** Tells a part of a training command before it begins, and how long it took. */
export async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  console.log(`── ${what}`);
  const began = performance.now();
  const result = await work();
  console.log(`   ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}
