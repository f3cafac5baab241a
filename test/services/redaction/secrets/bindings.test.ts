/** Secrets in the syntax of build tools, languages and services: the value goes, and only it. */
import { describe, expect, test } from 'vitest';
import {
  alphabets,
  type Random,
  randomText,
  redactSecrets,
  seededRandom,
  somePassword,
  someToken,
} from '../../../samples/inputs/planted-secrets.ts';

const passwordForms: readonly (readonly [string, string])[] = [
  ['docker-compose.yml', 'test: ["CMD", "mysqladmin", "ping", "-uroot", "-p@@"]\n'],
  ['a.bat', 'net use Z: \\\\files\\share @@ /user:D\\svc\r\n'],
  ['a.bat', 'signtool sign /f c.pfx /p @@ app.exe\r\n'],
  ['a.bat', 'schtasks /create /tn job /ru svc /rp @@ /tr a.exe\r\n'],
  ['a.bat', 'osql -Usa -P@@\r\n'],
  ['a.sh', 'ncftpput -u me -p @@ host\n'],
  ['a.sh', `expect -c 'send "@@\\r"'\n`],
  ['a.sh', 'kubectl create secret generic db --from-literal=password=@@\n'],
  ['a.sh', 'vault kv put secret/x password=@@ \n'],
  ['a.lua', 'local redis_pass <const> = "@@"\n'],
  ['build.gradle', '  release {\n    storePassword "@@"\n    keyPassword \'@@\'\n  }\n'],
  ['A.java', 'ks.load(in, "@@".toCharArray());\n'],
  ['A.java', 'System.setProperty("javax.net.ssl.keyStorePassword", "@@");\n'],
  ['A.java', 'new SecretKeySpec("@@".getBytes(), "AES");\n'],
  ['A.kt', 'val password: String get() = "@@"\n'],
  ['A.kt', 'private val pass by lazy { "@@" }\n'],
  ['A.cs', 'public string Password { get; set; } = "@@";\n'],
  ['a.swift', 'var password: String { "@@" }\n'],
  ['a.rs', 'Credentials::new("svc".to_owned(), "@@".to_owned());\n'],
  ['a.rs', '.basic_auth("svc", Some("@@"))\n'],
  ['a.rs', '#[arg(long, default_value = "@@")]\npassword: String,\n'],
  ['database.yml', 'password: <%= ENV["DB"] || "@@" %>\n'],
  ['a.php', "mysqli_real_connect($l, 'db', 'root', '@@', 'x');\n"],
  ['a.py', "DB = {'PASSWORD': os.getenv('X', '@@')}\n"],
  ['a.py', 'PASSWORDS = {"svc": "@@", "ops": "@@"}\n'],
  ['a.py', 'password: str = Field(default="@@")\n'],
  ['a.py', 'password = getpass() or "@@"\n'],
  ['a.h', 'WiFi.begin("home", "@@");\n'],
  ['a.edn', '{:db {:password "@@"}}\n'],
  ['a.json', '{"value": "@@", "key": "api_password"}\n'],
  ['a.go', '\tuser, pass := "svc", "@@"\n'],
  ['a.py', 'USER, PASSWORD = ("svc", "@@")\n'],
  ['a.py', 'host, port, password = env("HOST"), 5432, r"@@"\n'],
  ['a.rb', "user, password = 'svc', '@@'\n"],
  ['a.lua', 'local user, password = "svc", "@@"\n'],
  ['a.js', "const [user, password] = ['svc', '@@'];\n"],
  ['a.clj', '{:user "svc" :password #secret "@@"}\n'],
];

const tokenForms: readonly (readonly [string, string])[] = [
  ['Jenkinsfile', 'sh "mvn deploy -Dsonar.login=@@"\n'],
  ['a.yml', '- run: aws configure set aws_secret_access_key @@\n'],
  ['appsettings.json', '{ "Jwt": { "Key": "@@", "Issuer": "a" } }\n'],
  ['application.yml', 'encrypt:\n  key: @@\n'],
  ['a.yml', 'API_KEY:\n  value: "@@"\n'],
  ['a.R', 'api_key <- "@@"\n'],
  ['a.R', '"@@" -> secret_token\n'],
  ['config.exs', 'config :ex_aws, secret_access_key: ["@@", :instance_role]\n'],
  ['a.pl', '$ENV{API_SECRET} = "@@";\n'],
  ['build.gradle', 'buildConfigField "String", "API_KEY", "\\"@@\\""\n'],
  ['A.java', 'Keys.hmacShaKeyFor("@@".getBytes());\n'],
  ['a.sh', 'read -r TOKEN <<< "@@"\n'],
  ['a.kt', 'val headers = mapOf("X-Auth-Token" to "@@")\n'],
  ['a.go', 'var apiSecret = []byte(`@@`)\n'],
  ['a.rs', 'static SECRET: &[u8; 32] = b"@@";\n'],
  ['a.rb', "set :session_secret, '@@'\n"],
  ['a.toml', 'tokens = ["@@", "@@"]\n'],
  ['a.js', "jwt.sign(payload, '@@');\n"],
  ['a.js', "createCipheriv('aes-256-cbc', '@@', iv);\n"],
  ['a.js', "app.use(session({ secret: ['@@'] }));\n"],
  ['a.md', 'The API key is @@.\n'],
  ['A.cs', 'new SymmetricSecurityKey(Encoding.UTF8.GetBytes("@@"));\n'],
  ['a.nix', "{ token = ''@@''; }\n"],
  ['a.go', 'key, apiToken := "svc", `@@`\n'],
];

function expectRedacted(path: string, form: string, make: (random: Random) => string): void {
  const random = seededRandom(form.length);
  for (let round = 0; round < 4; round += 1) {
    const values: string[] = [];
    const text = form.replaceAll('@@', () => {
      values.push(make(random));
      return values.at(-1) ?? '';
    });
    let count = 0;
    const wanted = form.replaceAll('@@', () => `<SECRET_${++count}>`);
    expect(redactSecrets(path, text)).toBe(wanted);
  }
}

describe('a secret goes', () => {
  test.each(passwordForms)('a password in %s: %s', (path, form) => {
    expectRedacted(path, form, somePassword);
  });
  test.each(tokenForms)('a token in %s: %s', (path, form) => {
    expectRedacted(path, form, someToken);
  });

  test('what is encrypted with a password that may be guessed', () => {
    const random = seededRandom(5);
    const maven = (inner: string) => `<password>${inner}</password>\n`;
    const encrypted = `{${randomText(random, alphabets.base62, 43)}=}`;
    expect(redactSecrets('settings.xml', maven(encrypted))).toBe(maven('<SECRET_1>'));
    const lines = [0, 1].map(() => randomText(random, alphabets.hexadecimal, 80)).join('\n    ');
    const vault = (inner: string) => `a: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    ${inner}\n`;
    expect(redactSecrets('a.yml', vault(lines))).toBe(vault('<SECRET_1>\n    <SECRET_1>'));
    const hash = `${randomText(random, alphabets.base62, 8)}$$${randomText(random, alphabets.base62, 22)}`;
    const label = (inner: string) => `- "traefik.users=admin:${inner}"\n`;
    expect(redactSecrets('a.yml', label(`$$apr1$$${hash}`))).toBe(label('<SECRET_1>'));
  });
});

describe('what only has the syntax of a secret', () => {
  test.each([
    ['a.json', '{"pass": "השדות role=\\"a1\\" b", "fail": "aria-roledescription 2 is missing"}\n'],
    ['a.php', "['URL with a password' => ['mysql://foo:bar@localhost/baz1']]\n"],
    ['a.ts', 'const token = x ?? "identifier2";\n'],
    ['a.py', 'tokens = ["identifier", "number", "string2"]\n'],
    ['a.rb', 'validates :password, "presence"\n'],
    ['a.js', 't("errors.password", "Password is required");\n'],
    ['a.kt', 'val password: String get() = field\n'],
    ['a.swift', 'var token: Token { Token("x") }\n'],
    ['a.js', 'createHmac("sha256", "secret"); jwt.verify(token, "shhhhh");\n'],
    ['A.java', 'char[] c = "abcdefgh".toCharArray();\n'],
    ['a.sh', 'send "hello\\r"\n'],
    ['a.go', 'token, err := lexer.next("identifier2"), nil\n'],
    ['a.py', 'token, rest = "number", text[1:]\n'],
    ['a.cs', 'public string Token { get; set; } = "";\n'],
  ])('stays in %s: %s', (path, text) => {
    expect(redactSecrets(path, text)).toBe(text);
  });

  test('hostile input takes linear time', () => {
    const pieces = [
      ...[
        'password: String {',
        'tokens = ["a", ',
        '"value": "abcd", "key": ',
        'token <<<',
        'net use ',
      ],
      ...['password = a() or ', '"abcd".toCharArray(', '$ANSIBLE_VAULT;1.1;AES256\nab\n', "''"],
      ...['a, b = "x", ', 'a, ', 'password, b = c(d), '],
      ...['token = a ? ', 'password: ${A:-', "token', '-p', default", '"token", "a": "b", '],
      ...['CREATE TABLE a (b int, ', 'machine a login b password ', '|token|\n', 'a=b;token='],
      ...['session = {\n key', '.auth(a(', '"abcd" -> ', "passwords = {'a': 'b1', "],
    ];
    for (const piece of pieces) {
      const text = piece.repeat(Math.ceil(100_000 / piece.length));
      expect(() => redactSecrets('a.py', text)).not.toThrow();
    }
  });
});
