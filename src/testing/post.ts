import type { Avian } from '#src/app/compose.ts';

/** A mail as its reader has it. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
  /** Its links, in order. */
  readonly links: readonly string[];
  /** The code that can be typed instead of following a link, if it names one. */
  readonly code?: string;
}

export interface Post {
  /** Delivers what is on its way: mail, and the ends of sessions to applications. */
  deliver(): Promise<void>;
  /** Delivers what is on its way, and answers with the newest mail to an address. */
  letterTo(address: string): Promise<Letter>;
  /** Likewise with all of them, the newest first. */
  lettersTo(address: string): Promise<readonly Letter[]>;
}

/** The post of an instance that keeps its mail: delivered when somebody looks. */
export function createPost({
  core,
  mailbox,
  oidc,
}: Pick<Avian, 'core' | 'mailbox' | 'oidc'>): Post {
  async function deliver(): Promise<void> {
    while ((await core.rooms.outbox.deliver(oidc.logouts)) > 0);
  }

  async function lettersTo(address: string): Promise<readonly Letter[]> {
    if (!mailbox) throw new Error('This instance sends its mail.');
    await deliver();
    return mailbox
      .list()
      .filter(({ to }) => to === address)
      .map(letterOf);
  }

  return {
    deliver,
    lettersTo,
    async letterTo(address) {
      const [newest] = await lettersTo(address);
      if (!newest) throw new Error(`There is no mail to ${address}.`);
      return newest;
    },
  };
}

function letterOf({ subject, text }: { readonly subject: string; readonly text: string }): Letter {
  const code = /\b\d{3} ?\d{3}\b/.exec(text)?.[0];
  return {
    subject,
    text,
    links: text.match(/https?:\/\/\S+/g) ?? [],
    ...(code !== undefined && { code }),
  };
}
