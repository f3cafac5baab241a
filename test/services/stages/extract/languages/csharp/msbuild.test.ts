/** Which projects of .NET see each other, as MSBuild evaluates their references. */
import { describe, expect, it } from 'vitest';
import { type Files, unresolvedOf, weighedEdgesOf } from '../../structure-of.ts';

const sdk = (inner: string) => `<Project Sdk="Microsoft.NET.Sdk">${inner}</Project>`;
const reference = (path: string) =>
  sdk(`<ItemGroup>\n<ProjectReference\n  Include="${path}" /></ItemGroup>`);
const basket = 'namespace Shop.Core;\n\npublic class Basket { public int Count() => 3; }\n';
const program = 'using Shop.Core;\n\nvar basket = new Basket();\n';

function shop(project: string, more: Files = {}): Files {
  return {
    'src/Core/Core.csproj': sdk(''),
    'src/Core/Basket.cs': basket,
    'src/App/App.csproj': project,
    'src/App/Program.cs': program,
    ...more,
  };
}

describe('references', () => {
  it.each<[string, Files]>([
    ['as a path', shop(reference('..\\Core\\Core.csproj'))],
    [
      "from the file's own folder",
      shop(reference('$(MSBuildThisFileDirectory)..\\Core\\Core.csproj')),
    ],
    [
      'through a property of Directory.Build.props',
      shop(reference('$(RepoRoot)src/Core/Core.csproj'), {
        'src/Directory.Build.props':
          "<Project><Import Project=\"$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', " +
          "'$(MSBuildThisFileDirectory)../'))\" /></Project>",
        'Directory.Build.props':
          '<Project><PropertyGroup><RepoRoot>$(MSBuildThisFileDirectory)</RepoRoot>' +
          '</PropertyGroup></Project>',
      }),
    ],
    [
      'through a property that the project sets itself, in an imported file',
      shop(sdk('<Import Project="..\\..\\build\\refs.props" />'), {
        'build/refs.props':
          '<Project><PropertyGroup><Core>..\\Core</Core></PropertyGroup>' +
          "<ItemGroup><ProjectReference Include='$(Core)\\Core.csproj' /></ItemGroup></Project>",
      }),
    ],
    ['by a wildcard', shop(reference('..\\**\\Co*.csproj'))],
    [
      "from the solution's folder",
      shop(reference('$(SolutionDir)src\\Core\\Core.csproj'), { 'Shop.sln': '' }),
    ],
    [
      'for all below a folder',
      shop(sdk(''), {
        'src/Directory.Build.targets': reference('$(MSBuildThisFileDirectory)Core/Core.csproj'),
      }),
    ],
  ])('%s', async (_name, files) => {
    expect(await weighedEdgesOf(files)).toEqual(['src/App/Program.cs -> src/Core/Basket.cs 1']);
  });

  it('one that is not understood may mean any project: low confidence', async () => {
    expect(await weighedEdgesOf(shop(reference('$(Elsewhere)\\Core.csproj')))).toEqual([
      'src/App/Program.cs -> src/Core/Basket.cs 0.6',
    ]);
  });

  it('a project that is not referenced is not seen', async () => {
    const files = shop(reference('..\\Other\\Other.csproj'), {
      'src/Other/Other.csproj': sdk(''),
      'src/App/Second.cs': 'using B = Shop.Core.Basket;\nclass Second { B b; }\n',
    });
    expect(await weighedEdgesOf(files)).toEqual([]);
    expect(await unresolvedOf(files)).toEqual([
      'src/App/Second.cs Shop.Core.Basket: declared by a project that this one does not reference',
    ]);
  });
});
