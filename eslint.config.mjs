import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import jest from 'eslint-plugin-jest';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['dist', 'coverage', '.ava', 'node_modules'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', 50],
      complexity: ['error', 10],
      'max-params': ['error', 4],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['../../*', '!../../src/**', '!../../ormconfig'], message: 'Climb at most one level.' },
            { group: ['**/index.js', '**/index'], message: 'No barrels.' },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "CallExpression[callee.name='forwardRef']", message: 'No circular modules.' },
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Only kernel/config reads the environment.',
        },
      ],
    },
  },
  { files: ['src/kernel/config/*.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['src/commands/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // Feature modules reach rows only through the doors of the kernel, never through an unscoped repository.
    files: ['src/**/*.ts'],
    ignores: ['src/kernel/**', 'src/commands/**', '**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'typeorm',
              importNames: ['DataSource', 'Repository', 'getRepository', 'QueryRunner'],
              message: 'Use TenantDb or IdentityDb.',
            },
            { name: '@nestjs/typeorm', message: 'Use TenantDb or IdentityDb.' },
            { name: 'pg', message: 'Use TenantDb or IdentityDb.' },
          ],
          patterns: [
            { group: ['../../*'], message: 'Climb at most one level.' },
            { group: ['**/index.js', '**/index'], message: 'No barrels.' },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', '**/*.spec.ts'],
    extends: [jest.configs['flat/recommended']],
    rules: {
      'no-restricted-syntax': 'off',
      'max-lines-per-function': 'off',
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*'] }],
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  { files: ['**/*.mjs', '**/*.cjs'], languageOptions: { globals: { module: 'writable', require: 'readonly', process: 'readonly' } } },
  prettier,
);
