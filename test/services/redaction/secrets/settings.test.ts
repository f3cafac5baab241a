/** Secrets in settings, scripts and dumps that no one listed, each in its own syntax. */
import { describe, expect, test } from 'vitest';
import {
  type Random,
  redactSecrets,
  seededRandom,
  somePassword,
  someToken,
} from '../../../samples/inputs/planted-secrets.ts';

/** `@@` stands for the secret, `¤` for a dollar. */
type Form = readonly [path: string, text: string];

const passwordForms: readonly Form[] = [
  ['app.properties', 'spring.datasource.password = \\\n    @@\n'],
  ['app.properties', 'spring.datasource.password @@\n'],
  ['dump.sql', "CREATE SECRET s (TYPE S3, KEY_ID 'a', SECRET '@@');\n"],
  [
    'c.postman_collection.json',
    '{"basic":[{"key":"password","value":"@@","type":"string"},{"key":"username","value":"x"}]}\n',
  ],
  ['sys.config', '[{app, [{db_password, "@@"}, {n, 1}]}].\n'],
  ['a.erl', '-define(PASSWORD, "@@").\n'],
  ['a.erl', 'Password = <<"@@">>,\n'],
  ['pgbouncer/userlist.txt', '"bob" "@@"\n'],
  ['a.zig', 'const password: []const u8 = "@@";\n'],
  ['a.scm', '(define password "@@")\n'],
  ['a.el', '(setq my-password "@@")\n'],
  ['a.cmd', 'SETX DB_PASSWORD "@@"\n'],
  ['unattend.xml', '<Password><Value>@@</Value><PlainText>true</PlainText></Password>\n'],
  ['ks.cfg', 'rootpw --plaintext @@\n'],
  ['preseed.cfg', 'd-i passwd/root-password password @@\n'],
  ['haproxy.cfg', '  user admin insecure-password @@\n'],
  ['redis.conf', 'user default on >@@ ~* +@all\n'],
  ['sasl_passwd', '[smtp.host.io]:587 bob@host.io:@@\n'],
  ['docker-compose.yml', '      POSTGRES_PASSWORD: ¤{DB_PASSWORD:-@@}\n'],
  ['a.sh', 'DB_PASSWORD=¤{DB_PASSWORD:-"@@"}\n'],
  ['a.sh', 'PASSWORD="¤{1:-@@}"\n'],
  ['a.py', '@click.option("--password", "-p", default="@@")\n'],
  ['a.py', "ftp = FTP('h', 'u', '@@')\n"],
  ['a.py', 'password = getpass.getpass() if x else "@@"\n'],
  ['a.rb', "password = ENV.fetch('DB_PASSWORD') { '@@' }\n"],
  ['a.php', "$password = getenv('DB_PASS') ?: '@@';\n"],
  ['a.ts', "cy.get('#password').type('@@')\n"],
  ['a.ts', "await page.type('input[name=password]', '@@');\n"],
  ['a.java', 'env.put(Context.SECURITY_CREDENTIALS, "@@");\n'],
  ['a.kt', 'password = System.getenv("PASS") ?: "@@"\n'],
  ['a.scala', 'db.password.value := "@@"\n'],
  ['build.sbt', 'credentials += Credentials("Realm", "host", "user", "@@")\n'],
  ['a.md', '**Password**: `@@`\n'],
  ['a.md', 'username `admin`, password `@@`\n'],
  ['a.ovpn', '<auth-user-pass>\nbob\n@@\n</auth-user-pass>\n'],
  ['vncpasswd', '@@\n'],
  ['secrets/db_password', '@@\n'],
  ['secrets/db_password.txt', '@@\n'],
  ['.msmtprc', 'password @@\n'],
  ['ldap.conf', 'bindpw @@\n'],
  ['slapd.conf', 'rootpw @@\n'],
  ['nslcd.conf', 'bindpw @@\n'],
  ['proftpd.conf', 'SQLConnectInfo db@h u @@\n'],
  ['snmpd.conf', 'rocommunity @@\n'],
  ['snmpd.conf', 'createUser u SHA "@@" AES "@@"\n'],
  ['ipsec.secrets', 'h1 h2 : PSK "@@"\n'],
  ['chap-secrets', 'u pptpd @@ *\n'],
  ['cisco.cfg', 'username admin password 0 @@\n'],
  ['cisco.cfg', 'enable secret 0 @@\n'],
  ['cisco.cfg', ' key-string @@\n'],
  [
    'dump.sql',
    "DROP TABLE IF EXISTS `users`;\nCREATE TABLE `users` (\n  `id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the, id',\n  `name` varchar(50) DEFAULT 'x (y)',\n  `kind` enum('a','b') NOT NULL,\n  `password` varchar(64) NOT NULL,\n  PRIMARY KEY (`id`)\n);\nINSERT INTO `users` VALUES (1,'bob','a','@@'),(2,'ann, x','b','@@');\n",
  ],
  [
    'dump.sql',
    "CREATE TABLE public.users (id integer NOT NULL, name text, password text);\nINSERT INTO public.users VALUES (1, 'bob', '@@');\n",
  ],
  ['a.js', 'const c = "Server=h;Password=" + "@@";\n'],
  ['a.properties', 'db.password=\\\n  @@\n'],
  ['a.properties', 'jdbc.url=jdbc:sqlserver://h:1433;user=sa;password=@@;encrypt=true\n'],
  ['a.md', 'ssh-keygen -t rsa -N "@@" -f x\n'],
  ['a.sh', "openssl passwd -6 '@@'\n"],
  ['a.erl', '#{password => <<"@@">>, user => x}\n'],
  ['a.cob', "           05 WS-PASSWORD PIC X(20) VALUE '@@'.\n"],
  ['a.applescript', 'set thePassword to "@@"\n'],
  ['a.feature', '    | password | @@ |\n'],
  ['a.cmake', 'set(DB_PASSWORD "@@")\n'],
];

const tokenForms: readonly Form[] = [
  [
    'c.postman_collection.json',
    '{"auth":{"type":"bearer","bearer":[{"key":"token","value":"@@","type":"string"}]}}\n',
  ],
  ['sys.config', '{api_key, <<"@@">>},\n'],
  ['a.swift', 'request.addValue("@@", forHTTPHeaderField: "X-Api-Key")\n'],
  ['a.m', '[request setValue:@"@@" forHTTPHeaderField:@"X-Api-Key"];\n'],
  ['AndroidManifest.xml', '<meta-data android:name="com.x.API_KEY" android:value="@@"/>\n'],
  ['config/master.key', '@@\n'],
  ['auth.json', '{"github-oauth": {"github.com": "@@"}}\n'],
  ['auth.json', '{"bearer": {"example.org": "@@"}}\n'],
  ['bundle/config', 'BUNDLE_GEMS__HOST__IO: "@@"\n'],
  ['a.el', '(setq gptel-api-key "@@")\n'],
  ['a.sh', 'export GITHUB_TOKEN=¤{GITHUB_TOKEN:-@@}\n'],
  ['a.py', "API_KEY = os.environ.get('API_KEY') or '@@'\n"],
  ['a.sh', 'cargo login @@\n'],
  ['a.sh', 'dotnet nuget push x.nupkg -k @@ -s https://x\n'],
  ['a.sh', 'codecov -t @@\n'],
  ['a.sh', 'bash <(curl -s https://codecov.io/bash) -t @@\n'],
  ['a.py', "session = boto3.Session('akid', '@@')\n"],
  ['a.py', 'headers["Authorization"] = "Token " + "@@"\n'],
  ['a.py', "Fernet(b'@@')\n"],
  ['a.js', "client.login('@@');\n"],
  ['a.vue', '<Map :api-key="\'@@\'" />\n'],
  ['a.html', '<script src="https://x.io/api.js?key=@@&v=3"></script>\n'],
  ['a.js', "const url = 'https://api.x.io/v1?apikey=' + '@@';\n"],
  ['a.js', "app.use(cookieParser('@@'));\n"],
  ['a.json', '{"Parameters":[{"ParameterKey":"DbPassword","ParameterValue":"@@"}]}\n'],
  ['a.json', '[{"name":"API_SECRET","value":"@@"}]\n'],
  ['a.json', '{"env":[{"key":"API_SECRET","scope":"RUN_TIME","value":"@@"}]}\n'],
  ['a.auto.tfvars', 'api_tokens = {\n  a = "@@"\n}\n'],
  ['a.ipynb', '"!wandb login @@\\n"\n'],
  ['a.md', '| `API_KEY` | `@@` |\n'],
  ['a.md', '- **API key:** `@@`\n'],
  ['.vault-token', '@@\n'],
  ['token.txt', '@@\n'],
  ['a.tf', 'token = file("x") != "" ? file("x") : "@@"\n'],
  ['a.js', 'const t = "token=" + "@@";\n'],
  ['a.js', 'x = "Authorization: Bearer " + \'@@\'\n'],
  ['a.tf', 'resource "aws_ssm_parameter" "db" {\n  type  = "SecureString"\n  value = "@@"\n}\n'],
  ['a.toml', '[env]\nAPI_TOKEN = { value = "@@", force = true }\n'],
  ['a.sh', 'git remote set-url origin https://oauth2:@@@gitlab.host.io/x\n'],
  ['a.exs', '@api_key "@@"\n'],
  ['a.ex', '  @secret_token "@@"\n'],
  ['a.ex', 'System.get_env("API_TOKEN") || "@@"\n'],
  ['a.erl', '-define(API_KEY, <<"@@">>).\n'],
  ['Capfile', 'set :api_token, "@@"\n'],
];

function expectRedacted([path, form]: Form, make: (random: Random) => string): void {
  for (let seed = 1; seed <= 4; seed += 1) {
    const value = make(seededRandom(seed));
    const text = form.replaceAll('@@', () => value).replaceAll('¤', '$');
    expect(redactSecrets(path, text)).toBe(
      form.replaceAll('@@', '<SECRET_1>').replaceAll('¤', '$'),
    );
  }
}

describe('settings and scripts', () => {
  test.each(passwordForms)('a password in %s: %s', (...form) => expectRedacted(form, somePassword));
  test.each(tokenForms)('a token in %s: %s', (...form) => expectRedacted(form, someToken));
});
