// node bench/storm-child.ts ISSUER PEOPLE: that many people sign in by password, over and over, until it is ended; a dot for each sign-in.
import { scenarios } from './scenarios.ts';

const [, , issuer = '', people = '0'] = process.argv;
await Promise.all(
  Array.from({ length: Number(people) }, async () => {
    const login = await scenarios['login']?.({ issuer, people: 200 });
    for (;;) {
      await login?.();
      process.stdout.write('.');
    }
  }),
);
