import { Page } from '../ui/Page'
import { useWords } from '../words'

export function People() {
  return <Page title={useWords().events}>{null}</Page>
}
