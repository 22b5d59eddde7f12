import { expect, it } from 'vitest';
import { policyAt } from '#config/policy.ts';
import { dayInVietNam } from '#src/kernel/viet-nam-day.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { MovingClock } from '#test/support/moving-clock.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

it('tokens of a serving process live as long as the policy of the day says', async () => {
  const clock = new MovingClock();
  const old = policyAt(clock.now());
  const tomorrow = dayInVietNam(clock.now() + 86_400_000);
  const next = { ...old, from: tomorrow, lives: { ...old.lives, accessToken: 600 } };
  const provider = await startProvider({ clock, policies: [old, next] });
  try {
    await provider.addPerson(lan);
    const bank = await Service.register(provider, 'bank');
    const lifeOf = async (): Promise<unknown> => (await bank.signIn(new FormBrowser(), lan)).tokens.expires_in;
    expect(await lifeOf()).toBe(old.lives.accessToken);
    clock.advance(2 * 86_400_000);
    expect(await lifeOf()).toBe(600);
  } finally {
    await provider.stop();
  }
});
