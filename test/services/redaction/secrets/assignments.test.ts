/** Secrets behind a name: in which syntaxes they are found, and which values only look like one. */
import { describe, expect, test } from 'vitest';
import {
  alphabets,
  leaks,
  type Random,
  randomText,
  redactSecrets,
  seededRandom,
} from '../../../samples/inputs/planted-secrets.ts';

/** A password as people choose one, which no measure of randomness alone would find. */
function chosen(random: Random): string {
  const { capitals, letters, digits, symbols, base62 } = alphabets;
  const parts = [capitals, letters, digits, symbols, base62];
  return parts
    .map((alphabet, at) => randomText(random, alphabet, [2, 4, 3, 2, 3][at] ?? 0))
    .join('');
}

const values: Readonly<Record<string, (random: Random) => string>> = {
  base62: (random) => randomText(random, alphabets.base62, 40),
  'short base62': (random) => randomText(random, alphabets.base62, 24),
  hexadecimal: (random) => randomText(random, alphabets.hexadecimal, 32),
};

const secretForms: readonly (readonly [string, string])[] = [
  ['a.sh', 'export X_TOKEN=@@\n'],
  ['a.sh', 'export X_TOKEN=@@; next\n'],
  ['a.sh', "export X_TOKEN='@@' Y=2\n"],
  ['a.sh', 'AWS_SECRET_ACCESS_KEY=@@ aws s3 ls\n'],
  ['a.fish', 'set -gx API_TOKEN @@\n'],
  ['a.ps1', '$env:API_TOKEN = "@@"\n'],
  ['a.bat', 'set API_TOKEN=@@\r\n'],
  ['Dockerfile', 'ENV API_TOKEN=@@\n'],
  ['Dockerfile', 'ENV API_TOKEN @@\n'],
  ['Dockerfile', 'ENV A=b API_TOKEN=@@ C=d\n'],
  ['Makefile', 'API_TOKEN ?= @@\n'],
  ['.kube/config', '  user:\n    token: @@\n    client-key-data: @@\n'],
  ['x.tf', 'variable "api_secret" {\n  type = string\n  default = "@@"\n}\n'],
  ['wp-config.php', "define( 'AUTH_KEY',  '@@' );\n"],
  ['a.http', 'GET /x\nAuthorization: Bearer @@\nAccept: */*\n'],
  ['a.py', 'h = {"Authorization": "Bearer @@"}\n'],
  ['a.md', "curl -H 'Authorization: Bearer @@' https://x.io\n"],
  ['a.md', 'curl -H "X-Api-Key: @@" https://x.io\n'],
  ['a.md', 'tool --token @@ --next\n'],
  ['a.md', 'git clone https://@@:x-oauth-basic@github.com/a/b\n'],
  ['a.md', 'git clone https://@@@github.com/a/b\n'],
  ['a.py', 'x = "https://x.io/?api_key=@@&b=1"\n'],
  ['a.json', '{"api_key": "@@", "b": 1}\n'],
  ['a.json', '{"name": "API_TOKEN", "value": "@@"}\n'],
  ['a.yml', 'env:\n  - name: API_TOKEN\n    value: @@\n'],
  ['a.yml', 'api_token: @@ # comment\n'],
  ['a.yml', 'token: |\n  @@\n'],
  ['a.yml', "x: {api_token: '@@', b: c}\n"],
  ['a.env', 'A_SECRET=@@\n'],
  ['.npmrc', '//registry.host.io/:_authToken=@@\n'],
  ['a.xml', '<add key="ApiKey" value="@@" />\n'],
  ['strings.xml', '<string name="api_key">@@</string>\n'],
  ['Info.plist', '<key>ApiToken</key>\n<string>@@</string>\n'],
  ['a.ts', 'const apiToken: string = "@@";\n'],
  ['a.ts', 'const apiToken =\n  "@@";\n'],
  ['a.go', 'const apiToken string = "@@"\n'],
  ['a.rs', 'const API_TOKEN: &str = "@@";\n'],
  ['a.c', '#define API_TOKEN "@@"\n'],
  ['a.c', 'static char api_token[] = "@@";\n'],
  ['a.rb', "ENV['API_TOKEN'] = '@@'\n"],
  ['a.py', 'os.getenv("API_TOKEN", "@@")\n'],
  ['a.js', 'const STRIPE_KEY = "@@"\n'],
];

const passwordForms: readonly (readonly [string, string])[] = [
  ['.pypirc', '[pypi]\nusername = __token__\npassword = @@\n'],
  ['.netrc', 'machine api.host.io login bob password @@\n'],
  ['.netrc', 'machine api.host.io\n  login bob\n  password @@\n'],
  ['x.tfvars', 'db_password = "@@"\n'],
  ['wp-config.php', "define('DB_PASSWORD', '@@');\n"],
  ['a.php', "'password' => '@@',\n"],
  ['a.java', 'c.setPassword("@@");\n'],
  ['a.xml', '<a><password>@@</password></a>\n'],
  ['a.js', 'x = "{\\"password\\": \\"@@\\"}"\n'],
  ['a.json', '{"conn": "Server=db;User Id=sa;Password=@@;Encrypt=True"}\n'],
  ['a.cs', 'var c = "Server=db;User Id=sa;Pwd=@@";\n'],
  ['a.sql', "CREATE USER bob WITH PASSWORD '@@';\n"],
  ['a.sql', "ALTER USER bob IDENTIFIED BY '@@';\n"],
  ['redis.conf', 'requirepass @@\n'],
  ['docker-compose.yml', 'environment:\n  - DB_PASSWORD=@@\n'],
  ['a.txt', 'password: @@\n'],
  ['a.md', 'curl -u bob:@@ https://x.io\n'],
  ['a.sh', 'mysql -u root -p@@ db\n'],
  ['a.sh', 'sshpass -p @@ ssh x\n'],
  ['a.yml', 'url: amqp://bob:@@@mq.host.io:5672/%2f\n'],
];

function expectGone(path: string, form: string, value: string): void {
  const result = redactSecrets(
    path,
    form.replaceAll('@@', () => value),
  );
  expect(result).toBe(form.replaceAll('@@', '<SECRET_1>'));
  expect(leaks(result, value)).toBe(false);
}

describe('values behind a name', () => {
  test.each([...secretForms, ...passwordForms])('in %s: %s', (path, form) => {
    const random = seededRandom(form.length);
    for (const make of Object.values(values)) {
      for (let round = 0; round < 8; round += 1) expectGone(path, form, make(random));
    }
  });

  test.each(passwordForms)('a chosen password in %s: %s', (path, form) => {
    const random = seededRandom(form.length);
    for (let round = 0; round < 8; round += 1) expectGone(path, form, chosen(random));
  });

  test('lines about digests elsewhere in the file change nothing', () => {
    const value = randomText(seededRandom(5), alphabets.base62, 40);
    const text = `# sha256 of the hash\n# another hash, sha1\nclient_secret = "${value}"\n`;
    expect(redactSecrets('a.py', text)).not.toContain(value);
  });

  test('a name that only begins like a digest is none', () => {
    const value = randomText(seededRandom(6), alphabets.hexadecimal, 64);
    expect(redactSecrets('a.js', `sharedSecret = "${value}"\n`)).toBe(
      'sharedSecret = "<SECRET_1>"\n',
    );
  });
});

describe('what stands in place of a secret', () => {
  test.each([
    ['a.py', 'token = os.environ["X_TOKEN"]\n'],
    ['a.js', 'const token = process.env.API_TOKEN_2;\n'],
    ['a.yml', `token: ${'$'}{{ secrets.API_TOKEN2 }}\n`],
    ['a.yml', 'token: "{{ vault_token_v2 }}"\n'],
    ['a.sh', 'TOKEN=$(cat /run/secrets/token1)\n'],
    ['.env', 'API_TOKEN=<your-token>\n'],
    ['.env', `API_TOKEN=${'x'.repeat(24)}\n`],
    ['.env', 'PASSWORD=changeme123\n'],
    ['a.js', 'const token = getToken(user1);\n'],
    ['a.ts', 'interface A { token?: string; apiKey: Base64String2 }\n'],
    ['a.md', 'curl -u $USER:$PASS https://x\n'],
    ['a.md', 'curl -H "Authorization: Bearer $TOKEN" x\n'],
    ['a.yml', 'secretName: my-tls-secret-2\n'],
    ['a.java', `@Value("${'$'}{db.password}") private String password;\n`],
    ['a.tf', 'password = random_password.db2.result\n'],
    ['a.gyp', "'OPENSSL_API_COMPAT=0x10100000L',\n"],
    ['a.js', "['request.headers.authorization',\n 'request.headers.setCookie2*']\n"],
    ['a.js', 'const url = "http://localhost:8080/@scope/name";\n'],
  ])('stays in %s: %s', (path, text) => {
    expect(redactSecrets(path, text)).toBe(text);
  });
});
