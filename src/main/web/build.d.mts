export function buildClient(out: string): Promise<void>;
export function buildPackage(client: string, out: string, version?: string): Promise<void>;
