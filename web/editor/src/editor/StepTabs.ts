// What stands on the tabs of a step beside its form: it comes when a step is opened.
export { ErrorsTab } from './ErrorsTab'
export { NotesTab } from './NotesTab'
export { TestTab } from './TestTab'
