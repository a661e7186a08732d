// What only modules of sequences can.

export { LnGru, LnLstm, LnRnn, LnStateNormLstm, type CellOptions } from "./cells.js";
export { Classifier, type CellKind, type ClassifierOptions, type Storage } from "./classifier.js";
