package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"

	"gancho/web/session"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// route is one line of the table that says what the API serves, and to whom.
type route struct {
	method, path string
	permission   session.Permission
	id, summary  string
	status       int
	register     func(huma.API, huma.Operation)
	plain        echo.HandlerFunc            // outside of huma: streams and files
	says         func(*route, *huma.OpenAPI) // describes a plain one
}

// does makes a handler of a function that takes and gives structs.
func does[I, O any](s *server, f func(context.Context, *I) (*O, error)) func(huma.API, huma.Operation) {
	return func(api huma.API, op huma.Operation) {
		_, raw := reflect.TypeFor[I]().FieldByName("RawBody")
		if raw {
			op.SkipValidateBody = true // the handler reads it, and says more of what is wrong
			op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
		}
		huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
			before := s.before(ctx, op.OperationID)
			out, err := f(ctx, in)
			if err != nil {
				if part, ok := any(out).(interface{ partly() bool }); ok && part.partly() {
					s.audit(ctx, actorOf(ctx, out), op.OperationID, before, out)
				}
				return nil, s.spoken(ctx, op.OperationID, err)
			}
			if try, ok := any(in).(interface{ trial() bool }); !ok || !try.trial() {
				s.audit(ctx, actorOf(ctx, out), op.OperationID, before, out)
			}
			return out, nil
		})
		if raw {
			op.RequestBody.Content["application/json"].Schema = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
		}
	}
}

// spoken is an error in the asker's language; what nobody expected goes to the log.
func (s *server) spoken(ctx context.Context, id string, err error) error {
	err = fault(err)
	var inner *internal
	if errors.As(err, &inner) {
		s.Log.Error("API call failed", "call", id, "error", inner.cause)
		err = inner.Problem
	}
	var p *Problem
	if errors.As(err, &p) {
		p.speak(langOf(ctx))
	}
	return err
}

// Route is what the table says of one call.
type Route struct {
	Method, Path string
	Permission   session.Permission
}

// Routes lists what the API serves, and to whom.
func Routes() []Route {
	var list []Route
	for _, r := range (&server{}).routes() {
		list = append(list, Route{r.method, r.path, r.permission})
	}
	return list
}

// routes is the table. Nothing else is served under Prefix but the description of the API.
func (s *server) routes() []route {
	const (
		get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
		open, view, edit    = session.Open, session.View, session.Edit
		manage, patch       = session.Manage, http.MethodPatch
	)
	return []route{
		{method: get, path: "/flows", permission: view, id: "list-flows", summary: "Flows", register: does(s, s.listFlows)},
		{method: post, path: "/flows", permission: edit, id: "create-flow", summary: "Create a flow", status: 201, register: does(s, s.createFlow)},
		{method: get, path: "/flows/{id}", permission: view, id: "get-flow", summary: "A flow", register: does(s, s.getFlow)},
		{method: put, path: "/flows/{id}", permission: edit, id: "update-flow", summary: "Save the draft", register: does(s, s.updateFlow)},
		{method: del, path: "/flows/{id}", permission: edit, id: "delete-flow", summary: "Delete a flow", status: 204, register: does(s, s.deleteFlow)},
		{method: post, path: "/flows/{id}/publish", permission: edit, id: "publish-flow", summary: "Publish the draft", register: does(s, s.publishFlow)},
		{method: post, path: "/flows/{id}/pause", permission: edit, id: "pause-flow", summary: "Queue events, run nothing", register: does(s, s.life(s.Flows.Pause))},
		{method: post, path: "/flows/{id}/resume", permission: edit, id: "resume-flow", summary: "End paused and off", register: does(s, s.life(s.Flows.Resume))},
		{method: post, path: "/flows/{id}/off", permission: edit, id: "switch-off-flow", summary: "Refuse events", register: does(s, s.life(s.Flows.Off))},
		{method: post, path: "/flows/{id}/rotate-url", permission: edit, id: "rotate-url", summary: "A new trigger URL", register: does(s, s.rotateURL)},
		{method: get, path: "/flows/{id}/revisions", permission: view, id: "list-revisions", summary: "Published revisions", register: does(s, s.listRevisions)},
		{method: get, path: "/flows/{id}/revisions/{rev}", permission: view, id: "get-revision", summary: "A revision", register: does(s, s.getRevision)},
		{method: patch, path: "/flows/{id}/revisions/{rev}", permission: edit, id: "name-revision", summary: "Name and note of a revision", register: does(s, s.nameRevision)},
		{method: post, path: "/flows/{id}/restore", permission: edit, id: "restore-revision", summary: "Make a revision the draft", register: does(s, s.restore)},
		{method: post, path: "/flows/{id}/revisions/{rev}/restore", permission: edit, id: "restore-this-revision", summary: "Make this revision the draft", register: does(s, s.restoreThis)},
		{method: get, path: "/flows/{id}/diff", permission: view, id: "diff-flow", summary: "What changed", register: does(s, s.diff)},
		{method: post, path: "/flows/{id}/undo", permission: edit, id: "undo", summary: "The draft before this one", register: does(s, s.undo)},
		{method: post, path: "/flows/{id}/redo", permission: edit, id: "redo", summary: "Take an undo back", register: does(s, s.redo)},
		{method: post, path: "/flows/{id}/check", permission: edit, id: "check-flow", summary: "Problems of a posted draft", register: does(s, s.check)},
		{method: post, path: "/flows/{id}/test", permission: edit, id: "test-flow", summary: "Run the draft on an event", register: does(s, s.testFlow)},
		{method: post, path: "/flows/{id}/tests", permission: edit, id: "run-tests", summary: "Run the flow's own tests", register: does(s, s.runTests)},
		{method: post, path: "/flows/{id}/backtest", permission: edit, id: "backtest", summary: "Draft against published on events that came", register: does(s, s.backtest)},
		{method: get, path: "/flows/{id}/shadow", permission: view, id: "get-shadow", summary: "The draft beside the published revision", register: does(s, s.getShadow)},
		{method: post, path: "/flows/{id}/shadow", permission: edit, id: "start-shadow", summary: "Compare the draft on the events that come", register: does(s, s.startShadow)},
		{method: del, path: "/flows/{id}/shadow", permission: edit, id: "stop-shadow", summary: "Compare no more", status: 204, register: does(s, s.stopShadow)},
		{method: get, path: "/flows/{id}/samples", permission: view, id: "list-samples", summary: "Captured events", register: does(s, s.samples)},
		{method: get, path: "/flows/{id}/sample", permission: edit, id: "offer-sample", summary: "An event to try the flow with", register: does(s, s.offerSample)},
		{method: get, path: "/flows/{id}/schema", permission: view, id: "get-schema", summary: "What the flow's events look like", register: does(s, s.schema)},
		{method: get, path: "/flows/{id}/steps", permission: view, id: "count-steps", summary: "How many runs passed each step", register: does(s, s.stepCounts)},
		{method: post, path: "/flows/{id}/events", permission: edit, id: "start-flow", summary: "Start by hand", register: does(s, s.startFlow)},
		{method: get, path: "/events", permission: view, id: "list-events", summary: "Deliveries", register: does(s, s.listEvents)},
		{method: get, path: "/events/{id}", permission: view, id: "get-event", summary: "A delivery", register: does(s, s.getEvent)},
		{method: post, path: "/events/{id}/accept", permission: edit, id: "accept-event", summary: "Let a rejected event in", register: does(s, s.acceptEvent)},
		{method: post, path: "/runs/replay", permission: edit, id: "replay-runs", summary: "Do runs again", status: 202, register: does(s, s.replay)},
		{method: post, path: "/runs/resolve", permission: edit, id: "resolve-runs", summary: "Settle the unknown outcomes of many runs", register: does(s, s.resolveRuns)},
		{method: get, path: "/replays", permission: view, id: "list-replays", summary: "Replays of many runs", register: does(s, s.listReplays)},
		{method: get, path: "/replays/{id}", permission: view, id: "get-replay", summary: "How far a replay is", register: does(s, s.getReplay)},
		{method: post, path: "/replays/{id}/cancel", permission: edit, id: "cancel-replay", summary: "End a replay", register: does(s, s.cancelReplay)},
		{method: post, path: "/expression", permission: edit, id: "evaluate", summary: "What an expression yields", register: does(s, s.expression)},
		{method: post, path: "/curl", permission: edit, id: "curl", summary: "A curl command as fields of an HTTP request, or the other way round", register: does(s, s.curl)},
		{method: get, path: "/runs", permission: view, id: "list-runs", summary: "Runs", register: does(s, s.listRuns)},
		{method: get, path: "/runs/{id}", permission: view, id: "get-run", summary: "A run with its steps", register: does(s, s.getRun)},
		{method: post, path: "/runs/{id}/cancel", permission: edit, id: "cancel-run", summary: "End a run", register: does(s, s.cancelRun)},
		{method: post, path: "/runs/{id}/retry-now", permission: edit, id: "retry-run-now", summary: "Try what waits to be tried again", register: does(s, s.retryNow)},
		{method: post, path: "/runs/{id}/steps/{path}/answer", permission: edit, id: "answer-step", summary: "Approve or reject what a step asks", register: does(s, s.answerWait)},
		{method: post, path: "/runs/{id}/steps/{path}/resolve", permission: edit, id: "resolve-step", summary: "Settle an unknown outcome", register: does(s, s.resolveStep)},
		{method: get, path: "/live", permission: view, id: "live", summary: "Changes as they happen", plain: s.live, says: (*route).describeLive},
		{method: get, path: "/actions", permission: view, id: "list-actions", summary: "Actions", register: does(s, s.listActions)},
		{method: get, path: "/triggers", permission: view, id: "list-triggers", summary: "Triggers", register: does(s, s.listTriggers)},
		{method: get, path: "/presets", permission: view, id: "list-presets", summary: "Providers' webhooks", register: does(s, s.listPresets)},
		{method: get, path: "/schedule/next", permission: view, id: "next-times", summary: "When a schedule would be due", register: does(s, s.nextTimes)},
		{method: get, path: "/functions", permission: view, id: "list-functions", summary: "Functions", register: does(s, s.listFunctions)},
		{method: get, path: "/connection-kinds", permission: view, id: "list-connection-kinds", summary: "Kinds of connection", register: does(s, s.listKinds)},
		{method: get, path: "/signals", permission: edit, id: "list-signals", summary: "Signals that flows wait for and send", register: does(s, s.listSignals)},
		{method: get, path: "/connections", permission: edit, id: "list-connections", summary: "Connections", register: does(s, s.listConnections)},
		{method: post, path: "/connections", permission: edit, id: "create-connection", summary: "Create a connection", status: 201, register: does(s, s.createConnection)},
		{method: get, path: "/connections/{name}", permission: edit, id: "get-connection", summary: "A connection", register: does(s, s.getConnection)},
		{method: put, path: "/connections/{name}", permission: edit, id: "put-connection", summary: "Create or replace a connection", register: does(s, s.putConnection)},
		{method: del, path: "/connections/{name}", permission: edit, id: "delete-connection", summary: "Delete a connection", status: 204, register: does(s, s.deleteConnection)},
		{method: post, path: "/connections/{name}/test", permission: edit, id: "test-connection", summary: "Try a connection", register: does(s, s.testConnection)},
		{method: post, path: "/connections/{name}/authorize", permission: edit, id: "authorize-connection", summary: "Sign in at the provider", register: does(s, s.authorize)},
		{method: post, path: "/actions/{kind}/options/{field}", permission: edit, id: "action-options", summary: "Options of a field, read from the provider", register: does(s, s.options)},
		{method: get, path: "/vars", permission: view, id: "get-vars", summary: "Variables", register: does(s, s.getVars)},
		{method: put, path: "/vars", permission: manage, id: "put-vars", summary: "Set the variables", register: does(s, s.putVars)},
		{method: get, path: "/state", permission: edit, id: "list-state", summary: "All kept state", register: does(s, s.listState)},
		{method: get, path: "/state/{key}", permission: edit, id: "get-state", summary: "Kept state", register: does(s, s.getState)},
		{method: put, path: "/state/{key}", permission: edit, id: "put-state", summary: "Keep state", register: does(s, s.putState)},
		{method: del, path: "/state/{key}", permission: edit, id: "delete-state", summary: "Delete kept state", status: 204, register: does(s, s.deleteState)},
		{method: get, path: "/export", permission: edit, id: "export", summary: "A bundle of flows", register: does(s, s.export)},
		{method: post, path: "/import", permission: edit, id: "import", summary: "Take in a bundle", register: does(s, s.importBundle)},
		{method: get, path: "/people/{key}", permission: edit, id: "get-person", summary: "All that concerned a person", register: does(s, s.person)},
		{method: get, path: "/people/{key}/export", permission: edit, id: "export-person", summary: "The same, whole", register: s.exportsPerson},
		{method: del, path: "/people/{key}", permission: edit, id: "erase-person", summary: "Erase a person from history", register: does(s, s.erasePerson)},
		{method: get, path: "/failures", permission: view, id: "list-failures", summary: "Failures, by identical error", register: does(s, s.failures)},
		{method: get, path: "/alerts", permission: view, id: "list-alerts", summary: "What is or was wrong", register: does(s, s.listAlerts)},
		{method: get, path: "/alerts/settings", permission: view, id: "get-alert-settings", summary: "Who is told of alerts", register: does(s, s.getAlertSettings)},
		{method: get, path: "/instance", permission: manage, id: "get-instance", summary: "Public address and time zone", register: does(s, s.getInstance)},
		{method: put, path: "/instance", permission: manage, id: "put-instance", summary: "Set public address and time zone", register: does(s, s.putInstance)},
		{method: put, path: "/alerts/settings", permission: manage, id: "put-alert-settings", summary: "Say who is told of alerts", register: does(s, s.putAlertSettings)},
		{method: post, path: "/alerts/test", permission: manage, id: "test-alerts", summary: "Send a trial alert", register: does(s, s.testAlerts)},
		{method: post, path: "/alerts/{id}/seen", permission: edit, id: "see-alert", summary: "End an alert that was seen", register: does(s, s.seeAlert)},
		{method: get, path: "/stats", permission: view, id: "get-stats", summary: "Counts of flows", register: does(s, s.stats)},
		{method: get, path: "/ledger", permission: view, id: "get-ledger", summary: "Where everything accepted is now", register: does(s, s.ledger)},
		{method: get, path: "/about", permission: view, id: "get-about", summary: "What this instance is", register: does(s, s.about)},
		{method: get, path: "/session", permission: open, id: "get-session", summary: "Who asks", register: does(s, s.getSession)},
		{method: post, path: "/session", permission: open, id: "sign-in", summary: "Sign in", register: does(s, s.signIn)},
		{method: put, path: "/session", permission: view, id: "change-profile", summary: "Change who asks", register: does(s, s.changeProfile)},
		{method: del, path: "/session", permission: open, id: "sign-out", summary: "Sign out", register: does(s, s.signOut)},
		{method: post, path: "/setup", permission: open, id: "set-up", summary: "Make the first admin", status: 201, register: does(s, s.setUp)},
		{method: get, path: "/users", permission: manage, id: "list-users", summary: "Users", register: does(s, s.listUsers)},
		{method: post, path: "/users", permission: manage, id: "add-user", summary: "Add a user", status: 201, register: does(s, s.addUser)},
		{method: post, path: "/users/invite", permission: manage, id: "invite-user", summary: "Add a user who chooses a password by a link", status: 201, register: does(s, s.inviteUser)},
		{method: post, path: "/users/{email}/invite", permission: manage, id: "renew-invite", summary: "A new link for a user to choose a password", status: 201, register: does(s, s.renewInvite)},
		{method: post, path: "/invite/look", permission: open, id: "look-at-invite", summary: "Whom a link is for", register: does(s, s.invitee)},
		{method: post, path: "/invite", permission: open, id: "use-invite", summary: "Choose a password by a link, and sign in", register: does(s, s.useInvite)},
		{method: put, path: "/users/{email}", permission: manage, id: "change-user", summary: "Change a user", register: does(s, s.changeUser)},
		{method: del, path: "/users/{email}", permission: manage, id: "delete-user", summary: "Delete a user", status: 204, register: does(s, s.deleteUser)},
		{method: get, path: "/tokens", permission: manage, id: "list-tokens", summary: "API tokens", register: does(s, s.listTokens)},
		{method: post, path: "/tokens", permission: manage, id: "add-token", summary: "Add an API token", status: 201, register: does(s, s.addToken)},
		{method: del, path: "/tokens/{id}", permission: manage, id: "revoke-token", summary: "Revoke an API token", status: 204, register: does(s, s.revokeToken)},
		{method: get, path: "/audit", permission: manage, id: "list-audit", summary: "Who did what", register: does(s, s.listAudit)},
		{method: get, path: "/backups", permission: manage, id: "list-backups", summary: "Backups", register: does(s, s.listBackups)},
		{method: get, path: "/backups/settings", permission: manage, id: "get-backup-settings", summary: "When backups are made", register: does(s, s.getBackupSettings)},
		{method: put, path: "/backups/settings", permission: manage, id: "put-backup-settings", summary: "Say when backups are made", register: does(s, s.putBackupSettings)},
		{method: get, path: "/backups/{name}", permission: manage, id: "fetch-backup", summary: "The file of a backup", plain: s.fetchBackup, says: (*route).describeBackup},
		{method: post, path: "/backup", permission: manage, id: "backup", summary: "Write a backup", status: 201, register: does(s, s.backup)},
	}
}
