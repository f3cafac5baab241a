/**
 * Released packages as their registries hand them out, by the ordinary clients of npm and PyPI:
 * about 400 MB packed, 1.5 GB of files. Nothing is built or run. The corpus of
 * `npm run bench -- admission`, `secrets` and `licences`, which fetch it themselves.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../../services/runtime/ids.ts';
import { obtain } from '../structure/obtain/tools.ts';
import type { Context } from '../structure/score/oracle.ts';

/** Packages that speak with services, hold test data or documentation, or are much used. */
const packages = {
  npm: `@angular/cli@22.2.7 @aws-sdk/client-s3@3.1175.0 @azure/identity@4.14.1
    @azure/storage-blob@12.34.0 @faker-js/faker@10.6.0 @nestjs/core@12.5.1
    @octokit/webhooks-examples@7.6.1 @pulumi/aws@7.48.0 @sendgrid/mail@8.1.6 @sentry/node@11.12.0
    @solana/web3.js@2.0.0 aws-sdk@2.1693.0 axios@1.21.1 bitcoinjs-lib@7.0.5 browserify@17.0.1
    cypress@15.3.0 discord.js@14.28.1 email-addresses@5.0.0 eslint@10.15.0 ethers@6.17.0
    express@5.3.0 faker@6.6.6 feathers@2.2.4 firebase@13.2.0 gatsby@5.16.1 ghost@6.65.0
    googleapis-common@9.3.1 got@16.1.0 hardhat@3.18.0 imap-simple@5.1.0 ioredis@6.0.0
    jest-cli@30.5.2 joi@18.3.2 jsonwebtoken@9.0.3 karma@6.4.4 keystone@4.2.1 knex@3.3.0
    lerna@10.1.1 mailgun.js@14.0.1 mailparser@3.14.2 meteor-node-stubs@1.2.30 minio@8.0.7
    mocha@12.0.3 mongoose@9.12.1 mysql2@3.24.6 newman@6.2.2 newrelic@14.5.1 next-auth@4.24.15
    next@16.4.6 node-fetch@3.3.2 node-forge@1.4.3 node-red@5.0.7 nodemailer@10.6.1 npm@12.2.2
    oidc-provider@9.13.3 openpgp@6.3.2 parse-server@9.10.0 passport-oauth2@1.8.0 passport@0.7.0
    pg@8.23.1 plaid@47.0.0 playwright-core@1.65.1 pm2@7.0.4 pnpm@12.21.0 postman-collection@5.3.1
    postmark@5.1.0 puppeteer-core@25.16.0 react-native@0.88.1 redoc@3.0.1 renovate@44.121.2
    request@2.88.2 secretlint@13.0.6 semantic-release@25.0.9 sequelize@6.37.8 serverless@4.43.0
    shopify-api-node@3.15.0 smtp-server@3.21.6 snyk@1.1307.4 socket.io@4.8.4 square@46.0.0
    ssh2@1.17.0 strapi@3.1.4 stripe@23.1.0 superagent@10.4.2 swagger-ui-dist@5.35.0
    telegraf@4.16.3 truffle@5.11.5 twilio@6.3.1 typeorm@1.1.1 validator@13.15.35 verdaccio@6.10.4
    vite@8.4.0 web3@4.16.0 webpack@5.113.0 yarn@1.22.22`,
  pip: `aiohttp==3.14.5 ansible-core==2.19.14 ansible==12.3.0 anthropic==2.14.0 apprise==2.3.0
    authlib==1.9.10 azure-identity==1.27.0 azure-storage-blob==12.31.1 boto3==1.44.8
    botocore==1.44.8 buildbot==4.3.0 ccxt==4.5.90 celery==5.7.0 checkov==3.3.30
    cryptography==50.0.2 dagster==1.13.29 detect-secrets==1.5.0 discord-py==2.7.1
    django-allauth==65.22.1 django==5.2.19 djangorestframework==3.18.3 dnspython==2.9.2
    docker==7.2.0 elasticsearch==9.5.1 eth-account==0.14.0 fabric==3.2.3 faker==40.63.0
    flask==3.1.3 google-auth==2.63.0 homeassistant==2024.3.3 httpx==0.28.1 huggingface-hub==2.4.0
    jupyterhub==6.1.1 kafka-python==3.0.12 keyring==25.7.0 kubernetes==37.0.2 langchain==1.5.2
    localstack-core==2026.3.0 mitmproxy==11.0.2 mlflow==3.18.0 moto==5.2.5 msal==1.39.0
    notebook==7.6.5 oauthlib==4.0.1 openai==3.57.0 pandas==3.1.1 paramiko==5.1.0 passlib==1.7.4
    phonenumbers==9.0.43 pip==26.3 poetry==2.5.1 prefect==3.9.1 pygithub==2.10.0 pyjwt==2.15.1
    pymongo==4.20.1 pymysql==1.2.4 pyramid==2.1 python-gitlab==8.6.0 python-jose==3.5.0
    python-telegram-bot==22.8 redis==8.1.0 requests-oauthlib==2.0.0 requests==2.34.2 scapy==2.8.0
    scrapy==2.19.0 sentry-sdk==2.75.0 slack-sdk==3.48.0 social-auth-core==7.0.0 sphinx==9.0.4
    sqlalchemy==2.1.9 stripe==16.1.0 supabase==2.34.1 telethon==1.45.0 tornado==6.6.1
    transformers==5.24.0 twilio==9.13.0 twine==7.0.0 urllib3==2.8.0 vcrpy==9.4.2 wagtail==8.0.1
    web3==8.0.0 yt-dlp==2026.10.26`,
};

/** The folder of the packages, fetched at the first call. */
export function obtainPackages(context: Context): Promise<string> {
  return obtainArchives('released', packages, context);
}

/** Names with their versions, between spaces. */
export interface PackageLists {
  readonly npm: string;
  readonly pip: string;
}

/** A folder of archives. Each list has its own, so that a changed list is fetched. */
export async function obtainArchives(
  name: string,
  lists: PackageLists,
  context: Context,
): Promise<string> {
  const hash = sha256(JSON.stringify(lists)).slice(0, 12);
  const archives = {
    name: `${name}-${hash}`,
    obtain: async (into: string) => fetchInto(into, lists),
  };
  const folder = await obtain('packages', archives, context);
  const left = readFileSync(join(folder, leftOut), 'utf8');
  if (left !== '') console.error(left.trimEnd());
  return folder;
}

/** What could not be had, such as a wheel for another Python: said at every run. */
const leftOut = 'left-out.txt';

/** Archives only; wheels alone, because a source distribution runs its own program. */
function fetchInto(folder: string, { npm, pip }: PackageLists): void {
  const options = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:'];
  const left = [
    ...fetchAll(folder, 'npm', ['pack', '--silent'], namesIn(npm)),
    ...fetchAll(folder, 'python3', options, namesIn(pip)),
  ];
  if (readdirSync(folder).length === 0) throw new Error(left[0] ?? 'no package is listed');
  writeFileSync(join(folder, leftOut), left.map((line) => `${line}\n`).join(''));
}

function namesIn(list: string): string[] {
  return list.split(/\s+/).filter((name) => name !== '');
}

/** A call for many: starting a client takes longer than most downloads. */
const perCall = 12;

/** Returns what was left out, and why. */
function fetchAll(
  folder: string,
  program: string,
  options: readonly string[],
  names: readonly string[],
): string[] {
  const left: string[] = [];
  for (let at = 0; at < names.length; at += perCall) {
    const some = names.slice(at, at + perCall);
    // A client gives up at the first that it cannot have, so the rest is asked for one by one.
    if (fetchOne(folder, program, [...options, ...some]) === null) continue;
    for (const name of some) {
      const error = fetchOne(folder, program, [...options, name]);
      if (error !== null) left.push(`left out: ${program} ${name}: ${error}`);
    }
  }
  return left;
}

/** Returns the first line of what went wrong, or null. */
function fetchOne(folder: string, program: string, args: readonly string[]): string | null {
  try {
    execFileSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    return null;
  } catch (error) {
    return String(error).split('\n')[0] ?? '';
  }
}
