import { defineConfig } from 'vitest/config';

const services = './src/testing/services.ts';

/**
 * Four kinds of test, told apart by suffix (CONTRIBUTING.md). Files share their modules: nothing
 * in the product holds state, so a thread loads each module once and runs many files. A thread
 * serves one kind only, and ends where a file of another comes next: so the kinds run one after another.
 */
export default defineConfig({
  test: {
    isolate: false,
    pool: 'threads',
    maxWorkers: 2,
    restoreMocks: true,
    setupFiles: './src/testing/setup.ts',
    unstubEnvs: true,
    sequence: { shuffle: { files: true, tests: true } },
    // Node runs what it will run in production; without the loader a module can't be mocked.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    hookTimeout: 60_000,
    reporters: ['default', 'json'],
    outputFile: { json: '.report/tests.json' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['{src,docs}/**/*.test.ts'],
          exclude: ['**/*.{wired,journey,browser}.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'wired',
          sequence: { groupOrder: 1 },
          include: ['src/**/*.wired.test.ts'],
          globalSetup: services,
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'journey',
          sequence: { groupOrder: 2 },
          include: ['src/**/*.journey.test.ts'],
          globalSetup: services,
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['src/**/*.browser.test.ts'],
          globalSetup: services,
          testTimeout: 90_000,
          // Chromium takes the second core.
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
