// The typed client: the only way to the host. A failed call throws a HostError with the host's own words.
import { Channel } from "@tauri-apps/api/core";

import {
  commands,
  type AddressForm_Serialize,
  type AppError_Serialize,
  type ConnectionDraft_Deserialize,
  type ConnectionView_Serialize,
  type ObjectPage_Serialize,
  type ParsedAddress_Serialize,
  type RunEvent,
  type SecretPlaces_Serialize,
  type TestResult_Serialize,
} from "./bindings";

export type {
  BoxMove,
  BoxView,
  ColumnRow,
  DiagramView,
  ExportFormat,
  LinkView,
  Rerouted,
  RunEvent,
  SchemaSummary,
  SearchHit,
  Settings,
  Source,
  StartUp,
  TreeItem,
} from "./bindings";
export type AddressForm = AddressForm_Serialize;
export type AppError = AppError_Serialize;
export type ConnectionDraft = ConnectionDraft_Deserialize;
export type ConnectionView = ConnectionView_Serialize;
export type ObjectPage = ObjectPage_Serialize;
export type PartRow = ObjectPage["parts"][number];
export type SampleView = NonNullable<ObjectPage["sample"]>;
export type ParsedAddress = ParsedAddress_Serialize;
export type SecretPlaces = SecretPlaces_Serialize;
export type TestResult = TestResult_Serialize;

export class HostError extends Error {
  constructor(readonly error: AppError) {
    super(error.message);
  }
}

/** The host's error in any failure; what is none becomes an internal one. */
export function asAppError(failure: unknown): AppError {
  if (failure instanceof HostError) return failure.error;
  const message = failure instanceof Error ? failure.message : String(failure);
  return { code: "Internal", message, hint: null, details: [], retryable: false, remedy: null, runId: null };
}

type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: AppError };

async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  const result = await answer;
  if (result.status === "error") throw new HostError(result.error);
  return result.data;
}

type Commands = typeof commands;

export const host = {
  startUp: () => unwrap(commands.startUp()),
  keepSettings: (...args: Parameters<Commands["keepSettings"]>) => unwrap(commands.keepSettings(...args)),
  copyDiagnostics: () => commands.copyDiagnostics(),
  cancelRun: (runId: string) => commands.cancelRun(runId),
  listConnections: () => unwrap(commands.listConnections()),
  parseAddress: (text: string) => unwrap(commands.parseAddress(text)),
  secretPlaces: () => commands.secretPlaces(),
  unlockVault: (passphrase: string) => unwrap(commands.unlockVault(passphrase)),
  testConnection: (draft: ConnectionDraft) => unwrap(commands.testConnection(draft)),
  saveConnection: (draft: ConnectionDraft) => unwrap(commands.saveConnection(draft)),
  removeConnection: (id: number) => unwrap(commands.removeConnection(id)),
  chooseDatabaseFile: () => commands.chooseDatabaseFile(),
  openSchema(source: Parameters<Commands["openSchema"]>[0], runId: string, onEvent: (event: RunEvent) => void) {
    const events = new Channel<RunEvent>();
    events.onmessage = onEvent;
    return unwrap(commands.openSchema(source, runId, events));
  },
  listTree: (...args: Parameters<Commands["listTree"]>) => unwrap(commands.listTree(...args)),
  searchSchema: (...args: Parameters<Commands["searchSchema"]>) => unwrap(commands.searchSchema(...args)),
  readPage: (...args: Parameters<Commands["readPage"]>) => unwrap(commands.readPage(...args)),
  readDiagram: (...args: Parameters<Commands["readDiagram"]>) => unwrap(commands.readDiagram(...args)),
  moveBoxes: (...args: Parameters<Commands["moveBoxes"]>) => unwrap(commands.moveBoxes(...args)),
  foldFields: (...args: Parameters<Commands["foldFields"]>) => unwrap(commands.foldFields(...args)),
  exampleValues: (...args: Parameters<Commands["exampleValues"]>) => unwrap(commands.exampleValues(...args)),
  arrangeDiagram: (...args: Parameters<Commands["arrangeDiagram"]>) => unwrap(commands.arrangeDiagram(...args)),
  exportSchema: (...args: Parameters<Commands["exportSchema"]>) => unwrap(commands.exportSchema(...args)),
  renderSchema: (...args: Parameters<Commands["renderSchema"]>) => unwrap(commands.renderSchema(...args)),
  exportPng: (...args: Parameters<Commands["exportPng"]>) => unwrap(commands.exportPng(...args)),
};
