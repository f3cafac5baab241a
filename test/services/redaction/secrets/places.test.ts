/** Secrets by their place in commands, calls, tables, strings and prose: the value goes whole. */
import { describe, expect, test } from 'vitest';
import {
  alphabets,
  leaks,
  type Random,
  randomText,
  redactSecrets,
  seededRandom,
} from '../../../samples/inputs/planted-secrets.ts';

/** A password without a digit, one with digits, and one with a dot as in a property's name. */
const passwords: readonly ((random: Random) => string)[] = [
  (random) => `kQ${randomText(random, 'zvqwkjfh', 6)}Z${randomText(random, 'zvqwkjfh', 5)}`,
  (random) => `p${randomText(random, alphabets.base62, 14)}7k2W`,
  (random) => `xK9${randomText(random, 'zvqwkj', 3)}.M${randomText(random, 'ZVQWKJzvqwkj', 5)}2w`,
];

const forms: readonly (readonly [string, string])[] = [
  ['Dockerfile', 'RUN echo "root:@@" | chpasswd\n'],
  ['a.sh', 'echo "@@" | passwd --stdin bob\n'],
  ['a.sh', "printf '%s\\n' '@@' | sudo -S apt update\n"],
  ['a.sh', 'chpasswd <<< "bob:@@"\n'],
  ['a.sh', 'sshpass -p "@@" ssh x\n'],
  ['a.sh', 'htpasswd -b -c /etc/nginx/users bob @@\n'],
  ['a.sh', "mysqldump -u root -p'@@' db\n"],
  ['a.sh', 'PGPASSWORD=@@ psql -h db\n'],
  ['a.sh', 'ldapsearch -D cn=admin -w @@ -b dc=x\n'],
  ['a.sh', 'sqlplus scott/@@@orcl\n'],
  ['a.sh', 'openssl enc -aes-256-cbc -in x -k @@\n'],
  ['a.sh', 'mysqladmin -u root password "@@"\n'],
  ['a.py', 'run(["sshpass", "-p", "@@", "ssh"])\n'],
  ['a.py', 'run(["redis-cli", "-a", "@@", "ping"])\n'],
  ['a.js', "spawn('htpasswd', ['-b', 'users', 'bob', '@@'])\n"],
  ['auth.txt', 'bob\n@@\n'],
  ['.pgpass', 'h:5432:db:bob:@@\n'],
  ['a.sh', 'docker run -e MYSQL_ROOT_PASSWORD=@@ mysql\n'],
  ['a.sh', 'docker build --build-arg "DB_PASSWORD=@@" .\n'],
  ['a.service', '[Service]\nEnvironment=DB_PASSWORD=@@\n'],
  ['a.ldif', 'userPassword: @@\n'],
  ['a.py', '# password: @@\n'],
  ['a.js', 'let a; // the admin password: @@\n'],
  ['a.c', '/* password = @@ */\n'],
  ['a.sql', '-- password: @@\n'],
  ['a.tex', '% password: @@\n'],
  ['a.rs', 'env::var("DB_PASSWORD").unwrap_or("@@".to_string())\n'],
  ['a.rs', 'env::var("DB_PASSWORD").unwrap_or_else(|_| "@@".into())\n'],
  ['A.java', 'Optional.ofNullable(System.getenv("DB_PASSWORD")).orElse("@@")\n'],
  ['a.scala', 'sys.env.get("DB_PASSWORD").getOrElse("@@")\n'],
  ['a.pl', "my $p = $ENV{DB_PASSWORD} // '@@';\n"],
  ['a.tpl', 'password: {{ .Values.password | default "@@" }}\n'],
  ['a.groovy', "credentials { username 'a'; password '@@' }\n"],
  ['a.jsonnet', "{ password:: '@@' }\n"],
  ['a.adb', 'Password : constant String := "@@";\n'],
  ['vpn/user-pass', 'bob@x.example\r\n@@\r\n'],
  ['client.auth', 'bob\n@@'],
  ['a.bat', 'net user bob @@ /add\r\n'],
  ['a.ps1', '$p = ConvertTo-SecureString "@@" -AsPlainText -Force\n'],
  ['a.ps1', '"@@" | ConvertTo-SecureString -AsPlainText\n'],
  ['a.php', "$d = new PDO('mysql:host=db;dbname=x', 'root', '@@');\n"],
  ['a.php', "$l = mysqli_connect('db', 'root', '@@', 'x');\n"],
  ['A.java', 'DriverManager.getConnection("jdbc:mysql://db/x", "root",\n  "@@");\n'],
  ['a.py', 'pymysql.connect("db", "root", "@@", "x")\n'],
  ['a.py', 'requests.get(u, auth=("bob", "@@"))\n'],
  ['a.py', 'server.login("bob", "@@")\n'],
  ['a.cs', 'var c = new NetworkCredential("bob", "@@");\n'],
  ['a.go', 'smtp.PlainAuth("", "bob", "@@", host)\n'],
  ['a.rb', "http.basic_auth 'bob', '@@'\n"],
  ['a.sql', "create user bob with password '@@';\n"],
  ['a.sql', "CREATE USER 'bob'@'%' IDENTIFIED BY '@@';\n"],
  ['a.sql', "INSERT INTO users (name, password, age) VALUES ('a, b', '@@', 3);\n"],
  ['a.sql', "INSERT INTO `users` (`password`, t) VALUES\n  ('@@', NOW()),\n  ('', 'x');\n"],
  ['a.sql', 'COPY public.users (id, name, password) FROM stdin;\n1\tbob\t@@\n\\.\n'],
  ['a.md', '| user | password |\n| --- | :---: |\n| bob | @@ |\n'],
  ['a.csv', 'user,password,age\nbob,"@@",3\n'],
  ['a.md', 'The password is `@@`.\n'],
  ['a.py', 'password = "@@"\n'],
  ['a.cs', 'class A { string Pwd = @"@@"; }\n'],
  ['a.kt', 'val password = """@@"""\n'],
  ['a.py', 'password = """\n@@\n"""\n'],
  ['a.go', 'password := `@@`\n'],
  ['a.rs', 'let password = r#"@@"#;\n'],
  ['a.cc', 'auto password = R"x(@@)x";\n'],
  ['a.swift', 'let password = #"@@"#\n'],
  ['a.py', "password = rb'@@'\n"],
  ['a.rb', 'password = %q(@@)\n'],
  ['a.lua', 'password = [[@@]]\n'],
  ['a.ps1', '$password = @"\n@@\n"@\n'],
  ['a.yml', 'with: { password: @@, user: x }\n'],
  ['a.yml', 'password: &p @@\n'],
  ['a.properties', 'keystore.pass=@@\n'],
  ['a.ini', 'passphrase = @@\n'],
  ['a.txt', 'Passwort: @@\n'],
  ['vm.args', '-name x@127.0.0.1\n-setcookie @@\n'],
  ['a.py', 'client.set_password(user, "@@")\n'],
];

/** Keys, which are longer than passwords and may be hexadecimal. */
const keyForms: readonly (readonly [string, string])[] = [
  ['A.java', 'byte[] key = "@@".getBytes(StandardCharsets.UTF_8);\n'],
  ['a.rs', 'const JWT_SECRET: &[u8] = b"@@";\n'],
  ['a.ts', 'const wallet = new ethers.Wallet("0x@@", provider);\n'],
  ['a.ts', "const account = privateKeyToAccount('0x@@');\n"],
  ['a.py', 'account = Account.from_key("0x@@")\n'],
  ['hardhat.config.js', 'networks: { x: { url, accounts: ["0x@@"] } }\n'],
];

const tokenForms: readonly (readonly [string, string])[] = [
  ['a.json', '{"clientSecret": "@@\\u0026@@", "b": 1}\n'],
  ['a.json', '{"clientSecret": "@@\\/@@"}\n'],
  ['a.js', 'x = "{\\"clientSecret\\": \\"@@\\\\u0026@@\\"}"\n'],
  ['a.py', 'client_secret = b"@@\\n"\n'],
  ['a.xml', '<clientSecret>@@&amp;@@</clientSecret>\n'],
];

describe('values in their place', () => {
  test.each(forms)('in %s: %s', (path, form) => {
    const random = seededRandom(form.length);
    for (const make of passwords) {
      for (let round = 0; round < 4; round += 1) {
        const value = make(random);
        const result = redactSecrets(
          path,
          form.replaceAll('@@', () => value),
        );
        expect(result).toBe(form.replaceAll('@@', '<SECRET_1>'));
      }
    }
  });

  test.each(keyForms)('a key in %s: %s', (path, form) => {
    const value = randomText(seededRandom(form.length), '0123456789abcdef', 64);
    const result = redactSecrets(path, form.replace('@@', value));
    expect(result).toBe(form.replace(/(?:0x)?@@/, '<SECRET_1>'));
  });

  test.each(tokenForms)('an escape does not cut a value in %s: %s', (path, form) => {
    const value = randomText(seededRandom(form.length), alphabets.base62, 20);
    const result = redactSecrets(
      path,
      form.replaceAll('@@', () => value),
    );
    expect(leaks(result, value)).toBe(false);
    expect(result).toBe(form.replace(/@@(?:.*@@)?/, '<SECRET_1>'));
  });
});

describe('lists', () => {
  const lists: readonly (readonly [string, string])[] = [
    ['a.sh', 'PASSWORDS=("@1" "@2")\n'],
    ['a.sh', "declare -a PASSWORDS=(\n  '@1'\n  '@2'\n)\n"],
    ['a.sh', 'PASSWORDS+=(@1 @2)\n'],
    ['a.rb', 'passwords = %w[@1 @2]\n'],
    ['a.ps1', '$passwords = @("@1", "@2")\n'],
    ['a.php', "$passwords = array('@1', '@2');\n"],
    ['a.go', 'passwords := []string{"@1", "@2"}\n'],
    ['A.java', 'String[] passwords = {"@1", "@2"};\n'],
    ['A.kt', 'val passwords = listOf("@1", "@2")\n'],
    ['a.rs', 'let passwords = vec!["@1", "@2"];\n'],
    ['a.ts', 'const passwords: string[] = [\n  "@1", // one\n  "@2",\n];\n'],
    ['a.yml', 'passwords:\n  - @1\n  - "@2"\nname: x\n'],
  ];
  test.each(lists)('every element goes in %s: %s', (path, form) => {
    const random = seededRandom(form.length);
    for (const make of passwords) {
      const [one, two] = [make(random), make(random)];
      const fill = (first: string, second: string) =>
        form.replace('@1', first).replace('@2', second);
      expect(redactSecrets(path, fill(one, two))).toBe(fill('<SECRET_1>', '<SECRET_2>'));
      // One that is none is no end of the list.
      expect(redactSecrets(path, fill('changeme', two))).toBe(fill('changeme', '<SECRET_1>'));
    }
  });
});

describe('strings in pieces', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['a.py', 'TOKEN = (\n    "@1"\n    "@2"\n)\n'],
    ['a.py', 'TOKEN = "@1" \\\n    "@2"\n'],
    ['a.c', 'char *token = "@1" "@2";\n'],
    ['A.java', 'String token = "@1" +\n    "@2";\n'],
    ['a.php', "$token = '@1' . '@2';\n"],
    ['a.lua', 'token = "@1" .. "@2"\n'],
    ['a.vb', 'token = "@1" & _\n  "@2"\n'],
  ];
  test.each(forms)('in %s: %s', (path, form) => {
    const random = seededRandom(form.length);
    for (const length of [9, 20]) {
      const [one, two] = [0, 1].map(() => randomText(random, alphabets.base62, length));
      const fill = (first = '', second = '') => form.replace('@1', first).replace('@2', second);
      expect(redactSecrets(path, fill(one, two))).toBe(fill('<SECRET_1>', '<SECRET_2>'));
    }
  });

  test('a token of a vendor goes, too', () => {
    const random = seededRandom(3);
    const [one, two] = [0, 1].map(() => randomText(random, alphabets.base62, 18));
    const text = `x = "${['ghp', one].join('_')}" + '${two}'\n`;
    expect(redactSecrets('a.js', text)).toBe(`x = "<SECRET_1>" + '<SECRET_2>'\n`);
  });
});

describe('keys with every sign', () => {
  test.each(['AUTH_KEY', 'SECURE_AUTH_SALT', 'LOGGED_IN_KEY', 'NONCE_SALT'])('%s goes', (name) => {
    const signs = '!@#%^&*()-_ []{}<>~+=,.;:/?|$';
    for (let seed = 0; seed < 40; seed += 1) {
      const value = `a${randomText(seededRandom(seed), alphabets.base62 + signs, 62)}z`;
      const text = (inner: string) => `define( '${name}',  '${inner}' );\n`;
      expect(redactSecrets('wp-config.php', text(value))).toBe(text('<SECRET_1>'));
    }
    const hint = `define('${name}', 'put your unique phrase here');\n`;
    expect(redactSecrets('wp-config.php', hint)).toBe(hint);
  });

  test("a Telegram bot's number may count up", () => {
    const token = ['123456789', `AA${randomText(seededRandom(8), alphabets.base62, 33)}`].join(':');
    expect(redactSecrets('.env', `BOT=${token}\n`)).toBe('BOT=<SECRET_1>\n');
  });
});

describe('what only stands in such a place', () => {
  test.each([
    ['a.sh', 'echo "root:$PASSWORD" | chpasswd\n'],
    ['a.sh', 'echo "done" | sudo tee /etc/motd2\n'],
    ['a.sh', 'mysql -p"$DB_PASS" db\n'],
    ['a.sh', 'zip -Pr archive2 folder3/\n'],
    ['a.php', "$d = new PDO($dsn, 'root', $password2);\n"],
    ['a.php', "$d = new PDO('sqlite::memory:');\n"],
    ['a.py', 'client.login("bob", "password123")\n'],
    ['a.sql', "INSERT INTO users (name, password) VALUES ('bob', 'secret');\n"],
    ['a.sql', 'INSERT INTO a (token_type, n) VALUES (1, 2);\n'],
    ['a.md', '| option | password |\n| --- | --- |\n| -p | the password to use |\n'],
    ['a.md', 'The password is required, the token is base64url-encoded.\n'],
    ['a.md', 'The token is OAuth2Token and the password is hashed with Argon2id.\n'],
    ['a.js', 'const passwordLabel = "a" + "b";\n'],
    ['a.js', 'x.key = "ArrowLeft"; y.auth("user2"); el.pass = "value";\n'],
    ['a.py', 'x = " " + y + " "\n'],
    ['a.csv', 'key,value\nhello_world2,Hello World2\n'],
    ['a.yml', 'on: { password: $' + '{{ secrets.P }}, user: x }\n'],
  ])('stays in %s: %s', (path, text) => {
    expect(redactSecrets(path, text)).toBe(text);
  });

  test('hostile input takes linear time', () => {
    for (const piece of [
      '"+',
      '" "',
      'curl -u ',
      '|-',
      "new PDO(',",
      'INSERT INTO a (password) VALUES (',
    ]) {
      expect(redactSecrets('a.py', piece.repeat(5000)).length).toBeGreaterThan(0);
    }
    const blanks = ' '.repeat(200_000);
    for (const text of [`|-${blanks}x`, `-|\n${blanks}x`, `-|\n|-${blanks}x`]) {
      expect(redactSecrets('a.md', text).length).toBeGreaterThan(0);
    }
  });
});
