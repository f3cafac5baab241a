/**
 * Removes keys, passwords and tokens from every text that leaves the program (I12). Terminal, logs,
 * failure records and HTTP pages all pass through a `Redactor`. It hides the secrets that it has
 * learnt, whole or in part, and the places where other programs print secrets. Its only state is
 * the set of learnt secrets.
 */

export interface Redactor {
  /** Makes this value a secret to hide from now on. */
  learn(secret: string | undefined): void;
  /**
   * Hides learnt secrets that stand whole: for what is remembered, which must not depend on whether
   * a piece of the environment looks like its text.
   */
  hideWhole(text: string): string;
  /** Hides only learnt secrets, whole or in part: for results, whose text is the user's own. */
  hideKnown(text: string): string;
  /** Hides learnt secrets and values in places of secrets: for messages, logs and failures. */
  hide(text: string): string;
}

export const hidden = '***';

/** Shorter values are often words, so hiding them would hide half of every message. */
const secretCharsMin = 6;
/** A piece of a secret that is at least this long is hidden, too: servers echo shortened keys. */
const pieceChars = 8;
/** A piece holds this many characters from one of its first `probeStep` places on. */
const probeStep = 4;
const probeChars = pieceChars - probeStep + 1;
/** In longer texts only whole secrets are searched for, which is fast. */
const pieceTextMax = 1 << 20;

export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  /** All runs of `probeChars` characters in secrets of which pieces are hidden, too. */
  const probes = new Set<string>();
  const hideAll = (text: string, hideOne: (text: string, secret: string) => string) => {
    let rest = text;
    for (const secret of secrets) rest = hideOne(rest, secret);
    return rest;
  };
  /** Whether the text may hold a piece: most hold none, and are not searched for each secret. */
  const mayHoldPiece = (text: string) => {
    if (text.length > pieceTextMax) return false;
    for (let at = 0; at + probeChars <= text.length; at += probeStep) {
      if (probes.has(text.slice(at, at + probeChars))) return true;
    }
    return false;
  };
  const hideKnown = (text: string) => {
    return hideAll(text, mayHoldPiece(text) ? hidePieces : hideWhole);
  };
  return {
    learn: (secret) => {
      for (const form of secret === undefined ? [] : formsOf(secret)) {
        if (form.length < secretCharsMin) continue;
        secrets.add(form);
        for (let at = 0; at + probeChars <= form.length; at += 1) {
          probes.add(form.slice(at, at + probeChars));
        }
      }
    },
    hideWhole: (text) => hideAll(text, hideWhole),
    hideKnown,
    hide: (text) => hidePlaces(hideKnown(text)),
  };
}

/**
 * Returns the forms of a secret: unchanged, escaped for JSON, encoded for a URL, and as a server
 * shows a header in which it stands: in base64, after any number of characters, and in hexadecimal.
 */
function formsOf(secret: string): Set<string> {
  const forms = [secret, JSON.stringify(secret).slice(1, -1)];
  if (secret.length >= pieceChars) {
    const bytes = Buffer.from(secret);
    for (const before of [0, 1, 2]) forms.push(...base64Of(bytes, before));
    forms.push(bytes.toString('hex'), bytes.toString('hex').toUpperCase());
  }
  return new Set(secret.isWellFormed() ? [...forms, encodeURIComponent(secret)] : forms);
}

/** The digits that only these bytes decide if so many others stand before them. */
function base64Of(bytes: Buffer, before: number): string[] {
  const all = Buffer.concat([Buffer.alloc(before), bytes]);
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor((all.length * 8) / 6);
  return (['base64', 'base64url'] as const).map((form) => all.toString(form).slice(first, last));
}

function hideWhole(text: string, secret: string): string {
  return text.replaceAll(secret, hidden);
}

function hidePieces(text: string, secret: string): string {
  const whole = hideWhole(text, secret);
  if (secret.length <= pieceChars || whole.length > pieceTextMax) return whole;
  let rest = '';
  let from = 0;
  for (let at = 0; at + pieceChars <= whole.length; ) {
    const length = pieceLength(whole, at, secret);
    if (length === 0) {
      at += 1;
      continue;
    }
    rest += whole.slice(from, at) + hidden;
    at += length;
    from = at;
  }
  return rest + whole.slice(from);
}

/** Returns the length of the piece of the secret that begins at `at`; 0 if it is too short. */
function pieceLength(text: string, at: number, secret: string): number {
  const start = secret.indexOf(text.slice(at, at + pieceChars));
  if (start < 0) return 0;
  let length = pieceChars;
  while (at + length < text.length && text[at + length] === secret[start + length]) length += 1;
  return length;
}

/** A value: up to white space, a quote, or a character that ends it in JSON, URLs and headers. */
const value = String.raw`[^\s"'\x60\\<>&,;)\]}]+`;
/** The last part of a secret's name. */
const named = '(?:api[_ -]?key|secret|token|passw(?:or)?d|pwd|credentials?|signature)';
const scheme = '(?:basic|bearer|token|digest|negotiate|apikey)';
/** The beginning of a URL. After it, a colon that is not followed by a port precedes a password. */
const address = String.raw`\b[a-z][a-z0-9+.-]{0,20}:\/\/`;
const port = String.raw`\d{1,5}(?:[/\s?#,;)"']|$)`;
const quote = String.raw`(?:\\?["'])?`;

const assigns = String.raw`${quote}(?:\s+provided)?\s*[:=]\s*${quote}`;
/** Excludes small numbers, which are counts, such as a token count. */
const noCount = String.raw`(?!\d{1,4}\b)`;

/** Each pattern keeps its first group and hides the rest. */
const places: readonly RegExp[] = [
  // User and password of a URL, even if the password holds / or @.
  new RegExp(String.raw`(${address})[^\s"'<>\\/@]*:(?!${port})[^\s"'<>\\]*(?=@)`, 'gi'),
  new RegExp(String.raw`(${address})[^\s"'<>\\/@]+(?=@)`, 'gi'),
  // A parameter of a URL or a form.
  new RegExp(String.raw`([?&;](?:[\w.-]{0,40}${named}|key|sig|auth|code)=)${value}`, 'gi'),
  // A header, as a line, in JSON or in a dump of an object.
  new RegExp(String.raw`(authorization${quote}\s*[:=]\s*${quote}(?:${scheme}\s+)?)${value}`, 'gi'),
  /(\b(?:basic|bearer)\s+)(?=\S*[\d=._~+/-])[\w.~+/=-]{8,}/gi,
  // An assignment: api_key=…, "password": "…", X-Api-Key: ….
  new RegExp(
    String.raw`(\b[\w.-]{0,40}${named}${assigns}(?:${scheme}\s+)?)${noCount}${value}`,
    'gi',
  ),
  // Shapes that only credentials have.
  /()\b(?:sk|pk|rk)-[\w-]{8,}/g,
  /()\b(?:gh[opsur]_|github_pat_|glpat-|hf_|npm_|xox[abeprs]-|dop_v1_)[\w-]{10,}/g,
  /()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /()\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
];

/** Hides the values in places where other programs print secrets. */
export function hidePlaces(text: string): string {
  let rest = text;
  for (const place of places) rest = rest.replace(place, (_all, kept: string) => kept + hidden);
  return rest;
}

const namesSecret = new RegExp(`(?:${named}|^key|^sig|^auth)$`, 'i');

/** Returns the secrets in a URL: user, password, and parameters named like secrets. */
export function secretsOfAddress(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { username, password, searchParams } = new URL(text);
  const parameters = [...searchParams].flatMap(([name, each]) =>
    namesSecret.test(name) ? [each] : [],
  );
  return [username, password, decoded(username), decoded(password), ...parameters];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // The part is not a valid encoding, so it is returned unchanged.
    return part;
  }
}

/** Returns the values of environment variables named like secrets, except for paths. */
export function secretsOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  return Object.entries(environment).flatMap(([name, each = '']) =>
    namesSecret.test(
      name.replace(/_API_KEY_[A-Z0-9_]+$/, '_API_KEY').replace(/_?KEY$/, '_API_KEY'),
    ) && !each.startsWith('/')
      ? [each]
      : [],
  );
}
