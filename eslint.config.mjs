import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import jest from 'eslint-plugin-jest';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const importPatterns = [
  { group: ['../../*'], message: 'Climb at most one level.' },
  { group: ['**/index.js', '**/index'], message: 'No barrels.' },
];

export default defineConfig(
  { ignores: ['dist', 'dist-bench', 'coverage', 'test-results', '.ava', 'node_modules'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // DTOs, views and entities are plain data: spreading them loses nothing.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', 50],
      complexity: ['error', 10],
      'max-params': ['error', 4],
      'no-console': 'error',
      eqeqeq: 'error',
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
  {
    files: ['src/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: importPatterns }] },
  },
  {
    // The list of migrations lies outside of src; the kernel runs them.
    files: ['src/kernel/database/data-source.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  { files: ['src/kernel/config/*.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['src/commands/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // Programs of their own, beside the server: each reads the few variables it is started with.
    files: ['bench/**/*.ts'],
    rules: { 'no-console': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    // Feature modules reach rows only through the doors of the kernel, never through an unscoped repository.
    files: ['src/**/*.ts'],
    // The subscriber registers itself with the data source, and uses it for nothing else.
    ignores: [
      'src/kernel/**',
      'src/commands/**',
      'src/credentials/credentials.subscriber.ts',
      '**/*.spec.ts',
    ],
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
            {
              name: '@nestjs/typeorm',
              importNames: ['InjectRepository', 'InjectDataSource', 'InjectEntityManager'],
              message: 'Use TenantDb or IdentityDb.',
            },
            { name: 'pg', message: 'Use TenantDb or IdentityDb.' },
          ],
          patterns: importPatterns,
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
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: { module: 'writable', require: 'readonly', process: 'readonly' } },
  },
  prettier,
);
