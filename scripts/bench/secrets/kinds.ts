/**
 * The kinds of keys that `npm run bench -- secrets` plants, from what vendors write about their
 * formats: not from our tables, and from no peer's. Values are random and made from parts, with
 * checksums where a kind has one, so that this file holds nothing that looks like a key.
 */
import { crc32 } from 'node:zlib';
import {
  alphabets,
  type Random,
  randomText,
} from '../../../test/samples/inputs/planted-secrets.ts';

export interface Kind {
  readonly kind: string;
  /** Words of the name under which programs keep it. */
  readonly key: string;
  readonly make: (random: Random) => string;
  /** No mark of its own: only its name tells, so it is planted only where a syntax has a name. */
  readonly named?: true;
  /** Lines, which need a syntax of their own. */
  readonly block?: true;
}

const { capitals, letters, digits, hexadecimal, base62 } = alphabets;
const upper = capitals + digits;
const lower = letters + digits;
const base64 = `${base62}+/`;
const url64 = `${base62}-_`;

type Make = Kind['make'];
const of =
  (alphabet: string, length: number): Make =>
  (random) =>
    randomText(random, alphabet, length);
const hex = (length: number) => of(hexadecimal, length);
const alnum = (length: number) => of(base62, length);
const line = (length: number) => of(url64, length);
const padded =
  (bytes: number): Make =>
  (random) =>
    Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256))).toString('base64');
/** Version 4, as programs make them. */
const uuid: Make = (random) =>
  [hex(8), hex(4), parts('4', hex(3)), parts(of('89ab', 1), hex(3)), hex(12)]
    .map((part) => part(random))
    .join('-');
/** Joins parts; a text stands for itself. */
const parts =
  (...all: readonly (string | Make)[]): Make =>
  (random) =>
    all.map((part) => (typeof part === 'string' ? part : part(random))).join('');
const encoded = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** The body, then its CRC-32 in six characters of base 62, as GitHub and npm have it. */
const checked =
  (mark: string, length: number): Make =>
  (random) => {
    const body = randomText(random, base62, length);
    let sum = crc32(body);
    let text = '';
    for (let place = 0; place < 6; place += 1, sum = Math.floor(sum / 62)) {
      text = (digits + capitals + letters)[sum % 62] + text;
    }
    return `${mark}${body}${text}`;
  };

const jwt: Make = (random) => {
  const claims = { sub: randomText(random, digits, 10), iat: 1_700_000_000 };
  return `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}.${line(43)(random)}`;
};

const pem =
  (label: string, bytes: number): Make =>
  (random) => {
    const body = padded(bytes)(random).match(/.{1,64}/g) ?? [];
    const rule = (word: string) => `-----${word} ${label}-----`;
    return [rule('BEGIN'), ...body, rule('END')].join('\n');
  };

const row = (kind: string, key: string, make: Make): Kind => ({ kind, key, make });
const named = (kind: string, key: string, make: Make): Kind => ({ kind, key, make, named: true });
const block = (kind: string, key: string, make: Make): Kind => ({ kind, key, make, block: true });

const password: Make = (random) =>
  `${randomText(random, letters, 1)}${randomText(random, base62, 13)}${randomText(random, '!#%*', 1)}`;
const plain = alnum(16);
const host =
  (scheme: string, port: number, path: string): Make =>
  (random) =>
    `${scheme}://svc_${randomText(random, letters, 5)}:${plain(random)}@db7.corp.net:${port}${path}`;

export const kinds: readonly Kind[] = [
  row('aws key id', 'aws access key id', parts('AK', 'IA', of(`${capitals}234567`, 16))),
  named('aws secret key', 'aws secret access key', of(base64, 40)),
  row('google api key', 'google api key', parts('AI', 'za', 'Sy', line(33))),
  row('google client secret', 'google client secret', parts('GOC', 'SPX-', line(28))),
  row('google oauth token', 'google access token', parts('ya', '29.', 'a0', line(120))),
  named('azure storage key', 'azure storage key', parts(of(base64, 86), '==')),
  row('azure client secret', 'azure client secret', parts(alnum(3), '8', 'Q~', alnum(34))),
  row('digitalocean', 'do token', parts('dop', '_v1_', hex(64))),
  row('alibaba', 'alibaba access key id', parts('LT', 'AI5t', alnum(18))),
  named('heroku', 'heroku api key', uuid),
  row('databricks', 'databricks token', parts('da', 'pi', hex(32))),
  row('supabase', 'supabase token', parts('sb', 'p_', hex(40))),
  row('planetscale', 'planetscale token', parts('pscale', '_tkn_', line(43))),
  row('terraform cloud', 'tfe token', parts(alnum(14), '.atlas', 'v1.', alnum(67))),
  row('vault', 'vault token', parts('hv', 's.', 'CAES', line(90))),
  row('pulumi', 'pulumi access token', parts('pu', 'l-', hex(40))),
  row('doppler', 'doppler token', parts('dp', '.pt.', alnum(43))),
  row('tailscale', 'tailscale auth key', parts('ts', 'key-auth-', alnum(12), 'CNTRL-', alnum(32))),
  row('age', 'age key', parts('AGE-', 'SECRET-KEY-1', of('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58))),
  row('github', 'github token', checked(['gh', 'p_'].join(''), 30)),
  row('github fine-grained', 'gh token', parts('github', '_pat_11', of(upper, 20), '_', alnum(59))),
  row('gitlab', 'gitlab token', parts('gl', 'pat-', line(20))),
  row(
    'atlassian',
    'jira api token',
    parts('AT', 'ATT3xFfGF0', line(170), '=', of('0123456789ABCDEF', 8)),
  ),
  row('npm', 'npm token', checked(['np', 'm_'].join(''), 30)),
  row('pypi', 'pypi token', parts('py', 'pi-', 'AgEIcHlwaS5vcmc', line(150))),
  row('rubygems', 'gem host api key', parts('ruby', 'gems_', hex(48))),
  row('docker', 'docker pat', parts('dckr', '_pat_', line(27))),
  row('circleci', 'circleci token', parts('CCI', 'PAT_', alnum(22), '_', hex(40))),
  row('sonarqube', 'sonar token', parts('sq', 'p_', hex(40))),
  row('sentry', 'sentry auth token', parts('sntry', 'u_', hex(64))),
  row('grafana', 'grafana token', parts('gl', 'sa_', alnum(32), '_', hex(8))),
  row('new relic', 'new relic api key', parts('NR', 'AK-', of(upper, 27))),
  row('postman', 'postman api key', parts('PM', 'AK-', hex(24), '-', hex(34))),
  row('linear', 'linear api key', parts('lin', '_api_', alnum(40))),
  row('notion', 'notion token', parts('nt', 'n_', of(digits, 11), alnum(35))),
  row('figma', 'figma token', parts('fi', 'gd_', line(40))),
  row('airtable', 'airtable token', parts('pa', 't', alnum(14), '.', hex(64))),
  row('dropbox', 'dropbox access token', parts('s', 'l.', line(135))),
  row('openai', 'openai api key', parts('sk', '-proj-', line(74), 'T3Blbk', 'FJ', line(74))),
  row('anthropic', 'anthropic api key', parts('sk-', 'ant-api03-', line(93), 'AA')),
  row('hugging face', 'hf token', parts('h', 'f_', of(capitals + letters, 34))),
  row('groq', 'groq api key', parts('gs', 'k_', alnum(52))),
  row('perplexity', 'perplexity api key', parts('pp', 'lx-', alnum(48))),
  row('replicate', 'replicate api token', parts('r', '8_', alnum(37))),
  row('stripe', 'stripe secret key', parts('sk', '_live_', '51', alnum(97))),
  row('stripe webhook', 'stripe webhook secret', parts('wh', 'sec_', alnum(32))),
  row('square', 'square token', parts('EA', 'AA', line(60))),
  row('shopify', 'shopify token', parts('shp', 'at_', hex(32))),
  row(
    'slack bot',
    'slack token',
    parts('xo', 'xb-', of(digits, 12), '-', of(digits, 13), '-', alnum(24)),
  ),
  row(
    'slack webhook',
    'slack webhook url',
    parts(
      'https://hooks.',
      'slack.com/services/T',
      of(upper, 10),
      '/B',
      of(upper, 10),
      '/',
      alnum(24),
    ),
  ),
  row('discord bot', 'discord token', parts('MT', alnum(24), '.G', alnum(5), '.', line(38))),
  row(
    'discord webhook',
    'discord webhook',
    parts('https://discord.com', '/api/webhooks/', of('123456789', 19), '/', line(68)),
  ),
  row('telegram', 'telegram bot token', parts(of('123456789', 10), ':A', 'A', line(33))),
  row('twilio', 'twilio api key', parts('S', 'K', hex(32))),
  row('sendgrid', 'sendgrid api key', parts('S', 'G.', line(22), '.', line(43))),
  row('mailgun', 'mailgun api key', parts('ke', 'y-', hex(32))),
  row('mailchimp', 'mailchimp api key', parts(hex(32), '-u', 's14')),
  row('facebook', 'facebook access token', parts('EA', 'ACEdEose0cBA', alnum(150))),
  row('jwt', 'auth token', jwt),
  named('datadog', 'datadog api key', hex(32)),
  named('cloudflare', 'cloudflare api token', line(40)),
  named('fastly', 'fastly api token', line(32)),
  named('django', 'secret key', of(`${lower}!@#%^&*(-_=+)`, 50)),
  named('rails', 'secret key base', hex(128)),
  named('laravel', 'app key', parts('base64:', padded(32))),
  named('jwt secret', 'jwt secret', padded(32)),
  named('password', 'db password', password),
  named('short password', 'admin password', alnum(10)),
  named('client secret', 'client secret', lowerCase(32)),
  row('postgres', 'database url', host('postgresql', 5432, '/orders')),
  row('mysql', 'mysql url', host('mysql', 3306, '/shop?charset=utf8')),
  row('mongodb', 'mongo uri', host('mongodb', 27017, '/admin')),
  row('redis', 'redis url', host('redis', 6379, '/0')),
  row('amqp', 'amqp url', host('amqp', 5672, '/jobs')),
  row('basic auth url', 'repository url', host('https', 8443, '/nexus/repo')),
  block('rsa key', 'private key', pem(['RSA', 'PRIVATE', 'KEY'].join(' '), 1190)),
  block('pkcs8 key', 'private key', pem(['PRIVATE', 'KEY'].join(' '), 1217)),
  block('ec key', 'signing key', pem(['EC', 'PRIVATE', 'KEY'].join(' '), 121)),
  block('ssh key', 'deploy key', pem(['OPENSSH', 'PRIVATE', 'KEY'].join(' '), 399)),
];

function lowerCase(length: number): Make {
  return of(lower, length);
}
