/** Numbers as the page shows them. Pure. */

/** 1234567 as 1,234,567. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** 1234567 as 1.23 M: three digits are what one takes in. */
export function short(value: number): string {
  const units = ['', ' k', ' M', ' G', ' T'];
  let rest = value;
  let unit = 0;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  if (unit === 0) return String(Math.round(rest));
  let digits = 2;
  if (rest >= 10) digits = 1;
  if (rest >= 100) digits = 0;
  return rest.toFixed(digits) + (units[unit] ?? '');
}

/** As large as a figure may be that has a place on a phone. */
export function figure(value: number): string {
  return value < 10_000_000 ? count(value) : short(value);
}

export function bytes(value: number): string {
  return `${short(value)}${value < 999.5 ? ' ' : ''}B`;
}

/** 0.0731 as 7.3 %. */
export function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`;
}

export function dollars(micro: number): string {
  return `$${(micro / 1e6).toFixed(micro > 0 && micro < 1e6 ? 4 : 2)}`;
}

/** Records in a second, or in a minute where they are few. */
export function rate(perSecond: number | null): string {
  if (perSecond === null) return '–';
  if (perSecond === 0) return '0 /s';
  if (perSecond >= 9.95) return `${short(perSecond)} /s`;
  return perSecond >= 0.95 ? `${perSecond.toFixed(1)} /s` : `${(perSecond * 60).toFixed(1)} /min`;
}

/** 95,000 ms as 1 min 35 s. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** What the search saved, as a share of the bits before it: −7.5 %. */
export function saved(before: number, after: number): string {
  if (before === 0) return '–';
  const change = ((after - before) / before) * 100;
  const size = Math.abs(change).toFixed(1);
  if (size === '0.0') return '±0 %';
  return `${change < 0 ? '−' : '+'}${size} %`;
}

export function bitsPerByte(bits: number, size: number): string {
  return size === 0 ? '–' : (bits / size).toFixed(3);
}
