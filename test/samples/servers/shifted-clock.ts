/** The environment of a process whose time of day is wrong by so many hours. */
export function shiftedClock(hours: number): Readonly<Record<string, string>> {
  const code = `
    const { Date: Real } = globalThis;
    const shiftMs = ${hours * 3_600_000};
    globalThis.Date = class extends Real {
      constructor(...given) {
        super(...(given.length === 0 ? [Real.now() + shiftMs] : given));
      }
      static now() {
        return Real.now() + shiftMs;
      }
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}
