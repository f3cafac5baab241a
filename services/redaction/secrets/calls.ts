/**
 * Finds passwords by their position among the arguments of calls that open connections, such as
 * `new PDO(source, user, password)`, where no name says what an argument is.
 */
import { redactionPatterns } from '../patterns.ts';
import { type Finding, secret } from '../redaction.ts';
import { groupsOf } from './groups.ts';
import { isChosen } from './judging/judge.ts';
import { readLiteral, stringOpening } from './literals.ts';

/** One argument: strings and simple calls in it may hold commas. */
const argument = [
  String.raw`(?:"(?:[^"\\\r\n]|\\.){0,200}"|'(?:[^'\\\r\n]|\\.){0,200}'|\([^()\r\n]{0,80}\)`,
  String.raw`|[^,()"'\r\n;]){1,120}`,
].join('');

/** A bracket, or as in Ruby a space, before the arguments. */
const open = String.raw`\s{0,3}[([ ]\s{0,80}`;

const onlyArgument = [
  String.raw`\.auth|hmacShaKeyFor|SecretKeySpec|SymmetricSecurityKey|hmac\.new|AES\.new`,
  String.raw`(?:client|bot)\.(?:login|run|start)|cookieParser|Fernet`,
  // Of these blockchains' programs make accounts.
  String.raw`ethers\.Wallet|privateKeyToAccount|Account\.from_key|Keypair\.fromSecretKey|HDWalletProvider`,
].join('|');
const secondArgument = [
  String.raw`\.(?:login|auth|(?:set)?(?:http_)?basic_?auth(?:entication|orization)?|withBasicAuth)`,
  String.raw`jwt\.(?:sign|verify|encode|decode)|create(?:Cipher|Decipher|Hmac)\w{0,2}|AES\.(?:en|de)crypt`,
  String.raw`WiFi\.begin|WiFiMulti\.addAP|Credentials::new`,
  String.raw`\.(?:withCredentials|setCredentials|credentials|usernamePassword)`,
  String.raw`boto3\.Session|(?:set|change|reset)_?password`,
  'HTTP(?:Basic|Digest)Auth|BasicAuth|NetworkCredential|PasswordAuthentication|SqlCredential',
  'UsernamePassword(?:Credentials?|Token|AuthenticationToken)|(?:Credentials|auth|AuthTokens)\\.basic',
  String.raw`(?:cx_Oracle|oracledb)\.connect|oci_p?connect|oci_new_connect|auth\s{0,3}[=:]`,
].join('|');
const thirdArgument = [
  String.raw`new\s+\\?(?:PDO|mysqli|Sequelize)|mysqli?_p?connect|DBI\s*->\s*connect`,
  String.raw`DriverManager\.getConnection|DBI\.connect|PlainAuth|ssh2_auth_password|imap_open`,
  String.raw`(?:pymysql|MySQLdb|pymssql|mysql\.connector|psycopg2?)\.connect|ldap_bind|ftp_login`,
  String.raw`odbc_p?connect|ibase_connect|mssql_p?connect|sybase_connect|FTP(?:_TLS)?`,
].join('|');

const fourthArgument = 'mysqli_real_connect|Credentials';

const names = [onlyArgument, secondArgument, thirdArgument, fourthArgument];
/** What may make another type of the string. */
const wrapper = String.raw`(?:&?[A-Za-z_][\w.:]{0,40}\(\s{0,4})?`;

/** The string whose characters a program keeps apart, as Java's APIs want passwords. */
const characters = /"([^"\s\\]{4,256})"\.toCharArray\(\)/dg;
/** The bytes of a key; a key alone may be that of a map. */
const keyBytes = /(?:key|secret)\w{0,20}\s{0,4}=\s{0,4}"([^"\s\\]{16,256})"\.getBytes\(/dgi;

/** What the two hold; a search for the first dot would stop at every dot. */
const hasCharacters = redactionPatterns.has(/(?<=\.to)CharArray\(/);
const hasBytes = redactionPatterns.has(/(?<=\.get)Bytes\(/);

const calls = names.map((name, before) => {
  const arguments_ = String.raw`(?:${argument},\s{0,80}){${before}}`;
  return new RegExp(`(?:${name})${open}${arguments_}${wrapper}(?=${stringOpening})`, 'iy');
});
/** Where one of the calls begins; the dot before a method may follow its object's name. */
const anyCall = new RegExp(`(?:(?<![A-Za-z0-9_$])|(?=[.]))(?:${names.join('|')})${open}`, 'gi');
const findCalls = redactionPatterns.search([anyCall]);

export function findInCalls(text: string): Finding[] {
  const kept = hasCharacters(text) ? groupsOf(text, characters, 'call', isChosen) : [];
  const bytes = hasBytes(text) ? groupsOf(text, keyBytes, 'call', isChosen) : [];
  const placed = findCalls(text)
    .flat()
    .flatMap(({ index }) =>
      calls.flatMap((call) => {
        call.lastIndex = index;
        if (!call.test(text)) return [];
        const value = readLiteral(text, call.lastIndex, 'operator');
        if (value === null || !isChosen(value.text)) return [];
        return [secret(value.start, value.end, 'call')];
      }),
    );
  return [...kept, ...bytes, ...placed];
}
