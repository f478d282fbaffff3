import pg from 'pg';

/** A connection beside the product's own: makes and drops the databases that tests run on. */
export type Maintenance = Pick<pg.Client, 'query'>;

/** Runs `work` on a connection of its own to the server's maintenance database. */
export async function maintain<T>(
  url: string,
  work: (server: Maintenance) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'avian-test' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The same server's other database. By hand: a URL of a socket has no host, which URL refuses. */
export function inDatabase(url: string, name: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/?]*)(?:\/[^?]*)?/, `$1/${name}`);
}

/** The template and the copies made of it. */
export async function databasesOf(server: Maintenance, template: string): Promise<string[]> {
  const { rows } = await server.query<{ datname: string }>(
    `select datname from pg_database where datname = $1 or datname like $1 || '\\_%' order by 1`,
    [template],
  );
  return rows.map(({ datname }) => datname);
}
