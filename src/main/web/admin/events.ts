/** Server-Sent Events read by fetch, which can show a token where EventSource cannot. */

export interface Event {
  name: string;
  data: string;
}

/** Puts together what comes in any pieces. */
export class EventReader {
  private rest = '';

  push(text: string): Event[] {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    return blocks.flatMap((block) => {
      const lines = block.split('\n');
      const of = (field: string) =>
        lines.filter((line) => line.startsWith(`${field}: `)).map((line) => line.slice(field.length + 2));
      const data = of('data');
      return data.length === 0 ? [] : [{ name: of('event')[0] ?? 'message', data: data.join('\n') }];
    });
  }
}

export async function* events(stream: ReadableStream<Uint8Array>): AsyncGenerator<Event> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const parts = new EventReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield* parts.push(decoder.decode(value, { stream: true }));
  }
}
