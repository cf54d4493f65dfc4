// The typed client: the only way to the host. A failed call throws a HostError with the host's own words.
import { Channel } from "@tauri-apps/api/core";

import {
  commands,
  type AddressForm_Serialize,
  type AppError_Serialize,
  type ConnectionDraft_Deserialize,
  type ConnectionView_Serialize,
  type DdlLine_Serialize,
  type ObjectPage_Serialize,
  type ParsedAddress_Serialize,
  type PlanChoice,
  type RunEvent,
  type SecretPlaces_Serialize,
  type TestResult_Serialize,
} from "./bindings";

export type {
  BoxMove,
  BoxView,
  ChangeView,
  ColumnRow,
  ComparisonView,
  DiagramView,
  ExportFormat,
  LinkView,
  PlanChoice,
  PlanFile,
  PlanView,
  ProofView,
  QuestionView,
  RenameAnswer,
  Rerouted,
  RunEvent,
  SchemaSummary,
  SearchHit,
  Settings,
  SideChoice,
  SideView,
  Source,
  StepView,
  StartUp,
  TreeItem,
} from "./bindings";
export type DdlLine = DdlLine_Serialize;
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

function channel(onEvent: (event: RunEvent) => void): Channel<RunEvent> {
  const events = new Channel<RunEvent>();
  events.onmessage = onEvent;
  return events;
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
    return unwrap(commands.openSchema(source, runId, channel(onEvent)));
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
  chooseSideFile: () => commands.chooseSideFile(),
  compareSides(request: Parameters<Commands["compareSides"]>[0], runId: string, onEvent: (event: RunEvent) => void) {
    return unwrap(commands.compareSides(request, runId, channel(onEvent)));
  },
  comparedDdl: (...args: Parameters<Commands["comparedDdl"]>) => unwrap(commands.comparedDdl(...args)),
  comparedPlan: (...args: Parameters<Commands["comparedPlan"]>) => unwrap(commands.comparedPlan(...args)),
  proveCompared(number: number, choice: PlanChoice, scratch: number | null, runId: string, onEvent: (event: RunEvent) => void) {
    return unwrap(commands.proveCompared(number, choice, scratch, runId, channel(onEvent)));
  },
  saveCompared: (...args: Parameters<Commands["saveCompared"]>) => unwrap(commands.saveCompared(...args)),
  comparedDiagram: (...args: Parameters<Commands["comparedDiagram"]>) => unwrap(commands.comparedDiagram(...args)),
  moveCompared: (...args: Parameters<Commands["moveCompared"]>) => unwrap(commands.moveCompared(...args)),
  exportPng: (...args: Parameters<Commands["exportPng"]>) => unwrap(commands.exportPng(...args)),
};
