import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import type { ApprovalStatus } from '#src/approvals/approvals.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { InteractionDocument } from '#src/sign-in/collections.ts';
import { findJourney } from '#src/sign-in/progress.ts';
import { qrStartOf } from '#src/sign-in/sign-in-requests.ts';
import { approvalStatus } from './advance.ts';
import type { SignInPageParts } from './parts.ts';
import { type FrameNow, framesOf } from './qr-page.ts';

/** A new frame this often. */
const frameEveryMs = 2000;
/** A page whose phone was asked looks by itself this often, in case a signal was lost. */
const lookEveryMs = 5000;
const mostPages = 20_000;
const mostPerInteraction = 4;

type PageEvent = 'qr' | 'scanned' | 'number' | 'approved' | 'denied' | 'expired';

/** One open event stream. */
interface WaitingPage {
  readonly response: ServerResponse;
  readonly document: InteractionDocument;
  readonly frame: FrameNow;
  timer: NodeJS.Timeout | undefined;
  isScanned: boolean;
  isClosed: boolean;
}

export interface WaitingPages {
  /** Answers with the page's event stream. */
  open(ctx: Context, document: InteractionDocument): Promise<void>;
  readonly count: () => number;
  /** Sends every waiting page to another process, and any that comes later too. */
  moveOn(): void;
}

const write = (page: WaitingPage, event: PageEvent, data = ''): void => {
  if (!page.isClosed) page.response.write(`event: ${event}\ndata: ${data}\n\n`);
};

/**
 * The pages that wait for a phone. An approval's signal moves a page at once; between signals a page costs one timer. Nothing is kept
 * for a page that nobody scans.
 */
export function createWaitingPages(parts: SignInPageParts): WaitingPages {
  const waiting = new Map<string, Set<WaitingPage>>();
  let count = 0;
  let isMovingOn = false;

  function close(page: WaitingPage): void {
    page.isClosed = true;
    clearTimeout(page.timer);
    const pages = waiting.get(page.document.id);
    if (pages?.delete(page)) count -= 1;
    if (pages?.size === 0) waiting.delete(page.document.id);
    page.response.end();
  }

  function end(page: WaitingPage, event: PageEvent): void {
    write(page, event);
    close(page);
  }

  /** Tells the page what the approval's state is; true while it goes on waiting. */
  function tell(page: WaitingPage, status: ApprovalStatus): void {
    if (status.state === 'approved' || status.state === 'used') end(page, 'approved');
    else if (status.state === 'denied') end(page, 'denied');
    else if (status.state === 'expired') end(page, 'expired');
    else if (!page.isScanned) {
      page.isScanned = true;
      write(page, 'scanned');
      if (status.number !== undefined) write(page, 'number', status.number);
      later(page, lookEveryMs, () => look(page));
    } else later(page, lookEveryMs, () => look(page));
  }

  function later(page: WaitingPage, afterMs: number, run: () => void | Promise<void>): void {
    clearTimeout(page.timer);
    if (page.isClosed) return;
    page.timer = setTimeout(() => {
      Promise.resolve(run()).catch(() => close(page));
    }, afterMs);
  }

  async function look(page: WaitingPage): Promise<void> {
    const status = await approvalStatus(parts, page.document);
    if (status !== undefined) tell(page, status);
    else nextFrame(page);
  }

  function nextFrame(page: WaitingPage): void {
    const text = page.frame();
    if (text === undefined) return end(page, 'expired');
    write(page, 'qr', text);
    later(page, frameEveryMs, () => nextFrame(page));
  }

  /** The page's browser comes back by itself, and finds whichever process answers then. */
  function sendElsewhere(page: WaitingPage): void {
    page.response.write('retry: 200\n\n');
    close(page);
  }

  parts.signals.listen('approval', ({ interaction, state }) => {
    for (const page of [...(waiting.get(interaction) ?? [])]) {
      if (state === 'approved' || state === 'denied') end(page, state);
      else look(page).catch(() => close(page));
    }
  });

  return {
    count: () => count,
    moveOn() {
      isMovingOn = true;
      for (const page of [...waiting.values()].flatMap((pages) => [...pages])) sendElsewhere(page);
    },
    async open(ctx, opened) {
      const document = (await findJourney(parts.store, opened.id)) ?? opened;
      const pages = waiting.get(document.id) ?? new Set();
      if (count >= mostPages || pages.size >= mostPerInteraction)
        throw new DomainError('too_many_requests', { retryAfterSeconds: 10 });
      ctx.respond = false;
      const response = ctx.res;
      response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      });
      const page: WaitingPage = {
        response,
        document,
        frame: framesOf(parts, document, parts.signals.process),
        timer: undefined,
        isScanned: false,
        isClosed: false,
      };
      waiting.set(document.id, pages.add(page));
      count += 1;
      response.on('close', () => close(page));
      response.on('error', () => close(page));
      if (isMovingOn) return sendElsewhere(page);
      try {
        await parts.approvals.followFrom(document.id, qrStartOf(document));
        await look(page);
      } catch {
        // it has begun to answer, so it can't refuse any more
        sendElsewhere(page);
      }
    },
  };
}
