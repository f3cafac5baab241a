/** What scanners take for secrets and is none: it stays, byte for byte, in every kind of file. */
import { expect, test } from 'vitest';
import { redactSecrets } from '../../../samples/inputs/planted-secrets.ts';

/** `¤` stands for a dollar. */
const forms: readonly (readonly [path: string, text: string])[] = [
  [
    'package-lock.json',
    '"integrity": "sha512-Zq5PYk9V4HBjUZ3dJkTGkqvPq7gkXcE3gPhGbxFLNYgIRb7AoQg4vkTLWoAYSd8cLQx0cn6Fq4FQWf0RBlVtJA==",\n"resolved": "https://registry.npmjs.org/tokenize/-/tokenize-1.2.3.tgz",\n',
  ],
  [
    'yarn.lock',
    '  resolved "https://registry.yarnpkg.com/js-tokens/-/js-tokens-4.0.0.tgz#19203fb59991df98e3a287050d4647cdeaf32499"\n  integrity sha512-RdJUflcE3cUzKiMqQgsCu06FPu9UdIJO0beYbPhHN4k6apgJtymMatPsoxhvd8nEHXNUqmnFl3sPvRHQkHtG3g==\n',
  ],
  [
    'Cargo.lock',
    '[[package]]\nname = "secrecy"\nchecksum = "9bd1c54ea06cfd2f6b63219704de0b9b4f72dcc2b8fdef820be6cd799780e91e"\n',
  ],
  ['go.sum', 'github.com/token/x v1.0.0 h1:Zq5PYk9V4HBjUZ3dJkTGkqvPq7gkXcE3gPhGbxFLNYg=\n'],
  [
    'poetry.lock',
    '    {file = "tokenizers-0.1.0.whl", hash = "sha256:9bd1c54ea06cfd2f6b63219704de0b9b4f72dcc2b8fdef820be6cd799780e91e"},\n',
  ],
  [
    'composer.lock',
    '"reference": "19203fb59991df98e3a287050d4647cdeaf32499", "name": "lcobucci/jwt",\n',
  ],
  [
    'Podfile.lock',
    '  KeychainAccess: 19203fb59991df98e3a287050d4647cdeaf32499\nSPEC CHECKSUMS:\n  GoogleToken: c0ffee59991df98e3a287050d4647cdeaf324991\n',
  ],
  [
    'flake.lock',
    '"narHash": "sha256-Zq5PYk9V4HBjUZ3dJkTGkqvPq7gkXcE3gPhGbxFLNYg=", "rev": "19203fb59991df98e3a287050d4647cdeaf32499",\n',
  ],
  ['a.nix', '  cargoSha256 = "0d3hyl5wg8wbd6cv1l5h3ff8hd3c2m3f5qhgqmhxj2ld3v7v9v9k"; # token\n'],
  [
    'a.rb',
    '  sha256 "9bd1c54ea06cfd2f6b63219704de0b9b4f72dcc2b8fdef820be6cd799780e91e"\n  url "https://x.io/secret-token-1.2.tar.gz"\n',
  ],
  ['a.py', 'TOKEN_RE = re.compile(r"^[A-Za-z0-9_-]{20,}$")\n'],
  ['a.py', 'token_type = "urn:ietf:params:oauth:token-type:access_token"\n'],
  ['a.py', 'tokens = {"PLUS": "+", "IDENT2": "identifier2"}\n'],
  ['a.py', 'key = "user:1234:profile"\ncache_key = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"\n'],
  ['a.py', 'uuid = "550e8400-e29b-41d4-a716-446655440000"\n'],
  ['a.py', 'assert sha1(b"password") == "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8"\n'],
  [
    'a.py',
    'assert hash_password("secret") == "9bd1c54ea06cfd2f6b63219704de0b9b4f72dcc2b8fdef820be6cd799780e91e"\n',
  ],
  [
    'a.pem',
    '-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\nRTESMBAGA1UEChMJQmFsdGltb3JlMRMwEQYDVQQLEwpDeWJlclRydXN0MSIwIAYD\n-----END CERTIFICATE-----\n',
  ],
  [
    'a.pub',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk8fS0iQ2vZ8Kx3nQmD1yR7wT5pLbN4cV6hJ9sU2eXa bob@host\n',
  ],
  [
    'known_hosts',
    'github.com ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEAq2A7hRGmdnm9tUDbO9IDSwBK6TbQa+PXYPCPy6rbTrTtw7PHkccKrpp0yVhp5HdEIcKr6pLlVDBfOLX9QUsyCOV0wzfjIJNlGEYsdlLJizHhbn2mUjvSAHQqZETYP81eFzLQNnPHt4EVVUh7VfDESU84KezmD5QlWpXLmvU31/yMf+Se8xhHTvKSCZIFImWwoG6mbUoWf9nzpIoaSjB+weqqUUmpaaasXVal72J+UX2B+2RPW3RcT0eOzQgqlJL3RKrTJvdsjE3JEAvGq3lGHSZXy28G3skua2SmVi/w4yCE6gbODqnTWlg7+wC604ydGXA8VJiS5ap43JXiUFFAaQ==\n',
  ],
  [
    'a.css',
    '.password-input::placeholder { color: #a1b2c3; background: url(data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==) }\n',
  ],
  ['a.css', '.token.keyword,.token.attr-value{color:#07a;font:1em/1.5 Consolas}\n'],
  [
    'a.min.js',
    'var tokenType=a.tokenTypes.braceL,passwordField="passwordField1";e.token=t.createToken(n,r);if(u.secret)return"x1y2z3"\n',
  ],
  [
    'a.js',
    "const ACCESS_TOKEN_KEY = 'accessToken';\nconst PASSWORD_RESET_URL = '/api/v1/auth/password-reset2';\n",
  ],
  ['a.js', "export const SET_TOKEN = 'auth/SET_TOKEN_V2';\n"],
  ['a.js', "{ type: 'password', placeholder: 'Enter your password (8+ chars, 1 digit)' }\n"],
  ['a.js', "t('login.password.error_min_8', 'Password must be at least 8 characters')\n"],
  [
    'en.json',
    '{"password": "Password must contain 1 uppercase letter", "token": "Token expired 2FA"}\n',
  ],
  [
    'de.json',
    '{"password": "Passwort", "forgotPassword": "Passwort vergessen?", "passwordHint": "Mind. 8 Zeichen"}\n',
  ],
  ['a.yml', 'secretKeyRef:\n  name: db-creds-v2\n  key: password\n'],
  [
    'a.yml',
    '- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db-secret-2\n      key: password1\n',
  ],
  ['a.yml', 'imagePullSecrets:\n  - name: regcred2prod\n'],
  ['a.yml', 'password: !vault |\ntokens: 4096\nmax_tokens: 4096\n'],
  [
    'a.yml',
    'image: registry.io/token-server@sha256:9bd1c54ea06cfd2f6b63219704de0b9b4f72dcc2b8fdef820be6cd799780e91e\n',
  ],
  ['a.yml', '    secrets: inherit\n    token: ¤{{ github.token }}\n'],
  ['a.yml', 'uses: actions/create-github-app-token@5d869da34e18e7287c1daad50e0b8ea0f506ce69\n'],
  ['a.yml', 'uses: hashicorp/vault-secrets@5d869da34e18e7287c1daad50e0b8ea0f506ce69 # v2.1\n'],
  [
    'a.tf',
    'password = var.db_password\ntoken    = data.vault_generic_secret.x.data["token2"]\nsecret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbC123"\n',
  ],
  ['a.tf', 'resource "random_password" "db1" { length = 32 }\n'],
  [
    'a.java',
    'public static final String TOKEN_HEADER = "X-Auth-Token-2";\nprivate String password; // 8-20 Chars\n',
  ],
  [
    'a.java',
    '@Value("¤{app.secret}") private String secret;\nString token = request.getHeader("Authorization");\n',
  ],
  ['a.java', 'Assert.assertEquals("Passw0rd must not be empty", e.getMessage());\n'],
  ['a.go', 'token := lexer.Token{Type: token.IDENT2, Literal: "foo1"}\n'],
  ['a.go', 'if token.Type != token.LBRACE2 { return nil }\n'],
  ['a.go', 'func (p *Parser) secretFor(name string) string { return p.secrets[name] }\n'],
  ['a.rs', 'Token::Ident("foo_bar1".into()), Token::Str("A1b2".into())\n'],
  ['a.rs', 'let token = tokens.next().ok_or_else(|| err("expected Ident2"))?;\n'],
  [
    'a.c',
    'static const token_t tokens[] = { TOKEN_A1, TOKEN_B2 };\n{TOKEN_IF, "if"}, {TOKEN_WHILE1, "while1"},\n',
  ],
  ['a.c', '#define PASSWORD_MAX 64\n#define KEY_F13 0x64\n'],
  ['a.c', 'static const uint8_t aes_test_key[16] = {0x2b,0x7e,0x15,0x16};\n'],
  ['a.c', 'unsigned char key[16] = "0123456789abcdef";\n'],
  ['a.h', 'static const char *key[] = { "alpha", "beta2" };\n'],
  [
    'test_vectors.json',
    '{"key": "2b7e151628aed2a6abf7158809cf4f3c", "iv": "000102030405060708090a0b0c0d0e0f", "ct": "3b3fd92eb72dad20333449f8e83cfb4a"}\n',
  ],
  [
    'a.txt',
    'KEY = 2b7e151628aed2a6abf7158809cf4f3c\nCIPHERTEXT = 3ad77bb40d7a3660a89ecaf32466ef97\n',
  ],
  ['a.py', 'parser.add_argument("--token", help="API token, e.g. Abc123Def456")\n'],
  ['a.py', 'parser.add_argument("--password", "-p", help="the password2", default=None)\n'],
  ['a.py', 'password = input("Password (8+): ") or "x"\n'],
  ['a.py', 'token = tok if tok else "NUMBER"\n'],
  ['a.py', 'secret_name = "projects/1/secrets/db2/versions/latest"\n'],
  [
    'a.py',
    'model_name = "sentence-transformers/all-MiniLM-L6-v2"; tokenizer = "bert-base-uncased2"\n',
  ],
  [
    'tokenizer.json',
    '{"pad_token": "<|endoftext|>", "unk_token": "<unk1>", "bos_token": "<s>", "cls_token": "[CLS]"}\n',
  ],
  [
    'tokenizer_config.json',
    '{"eos_token": "<|im_end|>", "tokenizer_class": "Qwen2TokenizerFast", "additional_special_tokens": ["<|im_start|>", "<|vision_pad2|>"]}\n',
  ],
  ['special_tokens_map.json', '{"mask_token": {"content": "<mask>", "lstrip": true}}\n'],
  [
    'a.html',
    '<label for="password2">Password</label><input id="password2" type="password" name="password2" autocomplete="new-password1">\n',
  ],
  ['a.html', '<input name="csrf_token" value="{{ csrf_token() }}">\n'],
  [
    'a.html',
    '<meta name="google-site-verification" content="rXOxyZounnZasA8Z7oaD3c14JdjS9aKSWvsR1EbUSIQ">\n',
  ],
  [
    'a.html',
    '<script src="https://c.io/a.js" integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC" crossorigin="anonymous"></script>\n',
  ],
  [
    'a.sql',
    "CREATE TABLE users (id INT, password VARCHAR(255) NOT NULL, token CHAR(64) DEFAULT NULL);\nINSERT INTO `tokens` VALUES (1,'identifier2','b');\n",
  ],
  ['a.sql', "SELECT password FROM users WHERE token = :token1 AND name = 'bob2';\n"],
  ['a.sql', "ALTER TABLE users ADD COLUMN password_hash2 TEXT DEFAULT '';\n"],
  ['a.sh', 'docker login -u "$USER" -p "$PASS" r.io\ndocker run -p 8080:80 -e TOKEN=$TOKEN x1\n'],
  ['a.sh', 'mysql -u root -p db_name1\nmysql -uroot -pdatabase\n'],
  ['a.sh', 'curl -H "Authorization: Bearer ¤{TOKEN}" -u "¤{USER}:¤{PASS1}" https://x\n'],
  ['a.sh', 'read -s -p "Password: " PASSWORD1\n'],
  [
    'a.sh',
    'export TOKEN=$(aws secretsmanager get-secret-value --secret-id prod/Db2 --query SecretString)\n',
  ],
  ['a.sh', 'PASSWORD="¤{PASSWORD:-}"; TOKEN="¤{1:?usage: x TOKEN2}"\n'],
  ['a.sh', 'PASSWORD=¤{DB_PASSWORD:-changeme}; KEY=¤{API_KEY:-$OTHER_KEY2}\n'],
  ['Makefile', 'TOKEN ?= $(shell cat token1.txt)\n'],
  [
    'Dockerfile',
    'ARG GITHUB_TOKEN\nENV TOKEN_PATH=/run/secrets/token1 PASSWORD_FILE=/run/secrets/pw2\nRUN --mount=type=secret,id=npmrc2 npm ci\n',
  ],
  [
    'a.properties',
    'password.min.length=8\npassword.message=Password must have 8 characters, 1 digit\ntoken.validity = 3600s\n',
  ],
  ['a.ini', '[token]\ntype = Bearer2\ntoken_url = https://x.io/oauth2/token\n'],
  [
    'a.conf',
    'ssl_certificate_key /etc/ssl/private/key1.pem;\nauth_basic_user_file /etc/nginx/.htpasswd1;\n',
  ],
  [
    'nginx.conf',
    'proxy_set_header Authorization $http_authorization;\nlimit_req_zone $token zone=a1:10m;\n',
  ],
  ['a.md', 'Set `API_KEY` to your key and `PASSWORD` to `your-password-1`.\n'],
  [
    'a.md',
    '| Option | Description |\n| --- | --- |\n| `token` | `string2` |\n| `apiKey` | `process.env.API_KEY1` |\n',
  ],
  ['a.md', '| `password` | `String(64)` | `--db-password` |\n'],
  ['a.md', 'password `must match` /^[A-Z]\\d+/ and token `is_valid2`\n'],
  ['a.md', '**Token**: see [RFC6750](https://x) section 2.1\n'],
  [
    'a.swift',
    'let token = Keychain.shared["apiToken2"]\nUserDefaults.standard.set("dark2", forKey: "theme")\n',
  ],
  [
    'a.swift',
    'tableView.register(Cell.self, forCellReuseIdentifier: "TokenCell2")\nUserDefaults.standard.set("valueX1", forKey: "tokenKind")\n',
  ],
  ['a.m', '[dict setObject:@"value1" forKey:@"token"];\n'],
  ['a.kt', 'val token = prefs.getString("token2", null) ?: "none1"\n'],
  ['a.scala', 'val password = sys.env.getOrElse("PASSWORD2", "")\n'],
  ['a.ex', '{:token, "identifier"} = next(lexer)\n{:error, "invalid_token2"}\n'],
  ['a.erl', '{token, "identifier2"}, {password, "abc"}.\n-define(TOKEN, "token1").\n'],
  ['a.el', '(defvar my-token "a token" "Doc 2")\n(setq password "secret1")\n'],
  ['a.scm', '(token "ident1") (password "Enter 2")\n'],
  ['a.R', 'password <- rstudioapi::askForPassword("Password 2")\n'],
  ['a.lua', 'local token = lexer.next("ident1") or "EOF"\n'],
  ['a.dart', "final token = prefs.getString('token1') ?? 'none2';\n"],
  ['a.dart', "TextFormField(key: Key('password_field1'), obscureText: true)\n"],
  ['a.zig', 'const token: []const u8 = "identifier1";\n'],
  ['a.pl', 'my $token = $lexer->next("IDENT2") || \'EOF\';\n'],
  [
    'a.ts',
    "await page.fill('#password', 'password123');\nawait page.fill('#token', process.env.TOKEN1!);\n",
  ],
  ['a.ts', "await expect(page.getByLabel('Password2')).toBeVisible();\n"],
  ['a.ts', 'enum TokenKind { A1 = "tokenA1", B2 = "tokenB2" }\n'],
  ['a.ts', 'type Secret<T extends `secret_¤{string}`> = T;\n'],
  ['a.ts', "it('rejects token abc123XYZ when expired', () => {});\n"],
  ['a.vue', '<Field :password="\'new-password2\'" :token="user.token1" />\n'],
  ['a.json', '{"name":"token","value":"identifier2"}\n'],
  ['a.json', '{"name":"Authorization","value":"{{token2}}"}\n'],
  ['a.json', '[{"key":"password","type":"string","value":"<password>"}]\n'],
  ['a.json', '{"key":"passwordStrength","label":"Password strength 1","value":"strong2"}\n'],
  [
    'a.json',
    '{"Parameters":[{"ParameterKey":"DbPasswordSecretArn","ParameterValue":"arn:aws:x:1"}]}\n',
  ],
  ['a.js', 'const url = "https://docs.x.io/?key=value2&token=TOKEN";\n'],
  ['a.js', 'const url = `/a.js?v=5d869da34e18e7287c1d&code=ABC`;\n'],
  [
    'a.xml',
    '<string name="password_hint2">Password (8 chars)</string>\n<string name="token">Token2</string>\n',
  ],
  [
    'a.xml',
    '<PasswordPolicy><MinLength>8</MinLength></PasswordPolicy><Password><Value></Value></Password>\n',
  ],
  ['a.xml', '<meta-data android:name="token" android:value="@string/token2"/>\n'],
  ['a.plist', '<key>Token</key><string>com.apple.token2</string>\n'],
  ['pom.xml', '<password>¤{env.DB_PASS2}</password><artifactId>jjwt-api</artifactId>\n'],
  ['a.csproj', '<PublicKeyToken>b03f5f7f11d50a3a</PublicKeyToken>\n'],
  [
    'app.config',
    '<assemblyIdentity name="x" publicKeyToken="b03f5f7f11d50a3a" culture="neutral"/>\n',
  ],
  [
    'a.cs',
    '[assembly: InternalsVisibleTo("x, PublicKey=00240000048000009400000006020000002400005253413100040000010001007d1fa57c4aed9f0a32e84aa0faefd0de9e8fd6aec8f87fb03766c834c99921eb23be79ad9d5dcc1dd9ad236132102900b723cf980957fc4e177108fc607774f29e8320e92ea05ece4e821c0a5efe8f1645c4c0c93c1ab99285d622caa652c1dfad63d745d6f2de5f17e5eaf0fc4963d261c8a12436518206dc093344d5ad293")]\n',
  ],
  ['a.cs', 'public CancellationToken Token2 { get; } = CancellationToken.None;\n'],
  ['cisco.cfg', ' password encryption aes\n key chain EIGRP1\nenable secret level 15\n'],
  ['a.txt', 'password 1 of 3 is Wrong\nuser password required2\n'],
  ['userlist.txt', '"alpha" "beta"\n"word one" "word 2"\n'],
  ['token.txt', 'Hello world 1\n'],
  ['src/token', 'main\n'],
  ['tokens.txt', 'hello\nworld2\n'],
  ['a.http', 'Authorization: Bearer {{token1}}\n'],
  ['a.log', '2024-01-01 token=abc user=bob2 password=****\n'],
  ['a.env', 'PASSWORD_HASH_ALGO=argon2id\nTOKEN_TTL=3600s\nSECRET_NAME=my-app-secret-2\n'],
  [
    '.env.example',
    'API_KEY=your-api-key-here\nDB_PASSWORD=secret123\nJWT_SECRET=change-me-please-1\n',
  ],
  ['a.ipynb', '"cell_type": "code", "id": "5d869da34e18", "outputs": ["token 2: Abc"]\n'],
  ['a.svg', '<path id="key" d="M12.5 3A9.5,9.5 0 0 1 22 12.5L12 22M2 12a10 10 0 0110-10"/>\n'],
  ['a.js.map', '{"mappings":"AAAA,SAASA,GAAGC,KAAKC,MAAM,QAAQC,OAAO,CAACC","token":"AAAA"}\n'],
  ['a.c', 'const char *secret = strtok(buf, ":1");\n'],
  ['a.v', "parameter KEY = 128'h2b7e151628aed2a6abf7158809cf4f3c;\n"],
  ['a.rst', '.. _`I-D.ietf-bearer`: https://x.org/html/rfc6749#section-12.2\n'],
  ['auth-1.49.0.pom.sha1', '5b84419e371ee6f5fef40479dbe26fcb8e70d874\n'],
  ['PORTING.md', 'Pass `-Dpamconfdir=no` to the build.\n'],
  ['a.sol', 'address token = 0xdAC17F958D2ee523a2206206994597C13D831ec7;\n'],
  [
    'a.sql',
    "CREATE TABLE users (id int, password text);\nINSERT INTO users VALUES (1, 'secret');\n",
  ],
  ['a.yaml', "To create a key with `id` 'foo', pass `--public-key='id=foo,value=VALUE'`\n"],
  ['a.sql', "INSERT INTO other VALUES (1, 'Abc12345!', 'Bob123!xY');\n"],
  ['a.js', 'x = "the token " + "identifier2" + y\n'],
];

test.each(forms)('stays in %s: %s', (path, form) => {
  const text = form.replaceAll('¤', '$');
  expect(redactSecrets(path, text)).toBe(text);
});
