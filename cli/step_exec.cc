#include "cli/step_exec.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <capnp/message.h>
#include <fmt/format.h>

#include "cli/child_process.h"
#include "cli/context.h"
#include "cli/error_signature.h"
#include "cli/exit_code.h"
#include "cli/report.h"
#include "cli/row_json.h"
#include "cli/submit.h"
#include "cli/utf8.h"
#include "commands/engine.h"
#include "eventstore/event_codec.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/tables.h"
#include "schemas/status.h"
#include "schemas/text_rules.h"

namespace annals {
namespace {

// How long a finish is tried again while others hold the lock, beside what --lock-timeout waits each time.
constexpr std::chrono::seconds kFinishPatience(60);
constexpr std::chrono::milliseconds kFinishPause(200);
// A command line longer than this is cut in the record: it is there to be recognised.
constexpr size_t kMaxRecordedArguments = 1000;
constexpr size_t kMaxRecordedArgumentBytes = 4096;

struct ExecOptions {
  std::string run_id;
  std::string ws_id;
  std::string step_name;
  std::vector<std::string> argv;
};

// What became of the start: an attempt to run the command under, or an exit code that is already known.
struct Started {
  std::optional<int64_t> attempt_id;
  int exit_code = kExitExecFailed;
};

std::string ResultJson(const ExecOptions& options, const ChildResult& child) {
  JsonWriter out;
  out.BeginObject().Key("command").BeginArray();
  for (size_t i = 0; i < std::min(options.argv.size(), kMaxRecordedArguments); ++i) {
    const std::string word = ValidUtf8(options.argv[i]);
    out.String(CutUtf8(word, kMaxRecordedArgumentBytes));
  }
  out.EndArray();
  out.Key("duration_ms").Int(std::chrono::duration_cast<std::chrono::milliseconds>(child.duration).count());
  out.Key("output_tail").String(child.output.text);
  out.Key("output_bytes").UInt(child.output.total_bytes);
  out.Key("truncated").Bool(child.output.truncated);
  out.Key("signal");
  child.signal == 0 ? out.Null() : out.Int(child.signal);
  if (!child.start_error.empty()) out.Key("start_error").String(ValidUtf8(child.start_error));
  out.EndObject();
  return out.Take();
}

class StepExec {
 public:
  StepExec(Context& context, const ExecOptions& options) : context_(context), options_(options) {}

  absl::StatusOr<int> Run() {
    ASSIGN_OR_RETURN(const std::unique_ptr<SignalRelay> signals, SignalRelay::Start());
    ASSIGN_OR_RETURN(const Started started, Start());
    if (!started.attempt_id) return started.exit_code;
    absl::StatusOr<ChildResult> child = RunChild({.argv = options_.argv, .clock = context_.monotonic()}, *signals);
    if (!child.ok()) {
      // Nothing ran, but the attempt is open: it ends as what it was.
      ChildResult nothing;
      nothing.exit_code = kNotExecutableExitCode;
      nothing.start_error = MessageOf(child.status());
      RETURN_IF_ERROR(Finish(*started.attempt_id, nothing));
      return child.status();
    }
    if (!child->start_error.empty()) {
      context_.err() << fmt::format("annals: step exec: {}\n", child->start_error);
    }
    RETURN_IF_ERROR(Finish(*started.attempt_id, *child));
    return child->exit_code;
  }

 private:
  // The child's stdout is its own: what Annals has to say goes to stderr, in JSON with --json.
  void Say(const Answer& answer) {
    if (const auto* const receipt = std::get_if<Receipt>(&answer)) {
      if (context_.json()) context_.err() << ReceiptJson(*receipt) << '\n';
    } else if (const auto* const refused = std::get_if<Refused>(&answer)) {
      context_.err() << (context_.json() ? RefusalJson(*refused)
                                         : "annals: step exec: " + RefusalText(refused->refusal))
                     << '\n';
    }
    context_.err().flush();
  }

  absl::StatusOr<Started> Start() {
    RETURN_IF_ERROR(CheckId("--run", options_.run_id));
    RETURN_IF_ERROR(CheckId("--ws", options_.ws_id));
    RETURN_IF_ERROR(CheckId("--step", options_.step_name));
    capnp::MallocMessageBuilder message;
    auto command = message.initRoot<schema::Command>();
    auto start = command.initBody().initStartStep();
    start.setRunId(AsText(options_.run_id));
    start.setWsId(AsText(options_.ws_id));
    start.setStepName(AsText(options_.step_name));
    ASSIGN_OR_RETURN(const Answer answer, Submit(context_, command));
    if (const auto* const error = std::get_if<absl::Status>(&answer)) return *error;
    if (std::holds_alternative<Preview>(answer)) {
      RETURN_IF_ERROR(PrintAnswer(context_, answer).status());
      return Started{std::nullopt, std::get<Preview>(answer).refusal ? kExitExecFailed : kExitDone};
    }
    const auto* const receipt = std::get_if<Receipt>(&answer);
    if (receipt == nullptr) {
      Say(answer);
      return Started{};
    }
    if (receipt->repeat) return Repeat(*receipt);
    return Started{receipt->attempt_id};
  }

  // The key was used before: the command ran then, and is not run again. Its exit code is what was recorded.
  absl::StatusOr<Started> Repeat(const Receipt& receipt) {
    ASSIGN_OR_RETURN(SqliteStorage* const storage, context_.OpenForReading());
    ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, storage->Read());
    const TableDef& table = StepAttemptsTable().table();
    const RowQuery query{.table = &table, .equals = {{0, *receipt.attempt_id}}};
    ASSIGN_OR_RETURN(const std::vector<OwnedRow> rows, ReadAllRows(*snapshot, query));
    const Value code = rows.empty() ? Value() : rows.front().row()[table.ColumnIndex("exit_code")];
    if (!std::holds_alternative<int64_t>(code)) {
      return absl::AbortedError(
          fmt::format("attempt {} was started under this command id and has not finished; "
                      "finish it with annals step finish, or use a new command id",
                      *receipt.attempt_id));
    }
    Say(receipt);
    if (!context_.json()) {
      context_.err() << fmt::format("annals: step exec: done before as attempt {}; the command was not run again\n",
                                    *receipt.attempt_id);
    }
    return Started{std::nullopt, static_cast<int>(std::get<int64_t>(code))};
  }

  // Records the end, and with a failure its error, in one commit.
  absl::Status Finish(int64_t attempt_id, const ChildResult& child) {
    const bool failed = child.exit_code != 0;
    capnp::MallocMessageBuilder finish_message, error_message;
    auto finish = finish_message.initRoot<schema::Command>();
    const std::string actor = context_.Actor();
    finish.setActor(AsText(actor));
    auto body = finish.initBody().initFinishStep();
    body.initAttemptId().setValue(attempt_id);
    body.setStatus(failed ? schema::StepStatus::FAILURE : schema::StepStatus::SUCCESS);
    body.initExitCode().setValue(child.exit_code);
    const std::string result = ResultJson(options_, child);
    body.setResult(AsText(result));
    std::vector<schema::Command::Reader> commands = {finish.asReader()};
    if (failed) {
      auto error = error_message.initRoot<schema::Command>();
      error.setActor(AsText(actor));
      const ErrorSummary summary = SummariseFailure(child.start_error.empty() ? child.output.text : child.start_error,
                                                    child.exit_code, child.signal);
      auto recorded = error.initBody().initRecordError();
      recorded.setRunId(AsText(options_.run_id));
      recorded.setWsId(AsText(options_.ws_id));
      recorded.setStepName(AsText(options_.step_name));
      recorded.setErrorCode(AsText(summary.code));
      recorded.setSignature(AsText(summary.signature));
      recorded.setMessage(AsText(summary.message));
      const std::string context = fmt::format("{{\"attempt_id\":{}}}", attempt_id);
      recorded.setContext(AsText(context));
      commands.push_back(error.asReader());
    }
    absl::StatusOr<std::vector<Answer>> answers = Persist(commands);
    const std::string what = fmt::format(
        "the command ended with exit code {}, which attempt {} does not have on record", child.exit_code, attempt_id);
    if (!answers.ok()) return WithContext(answers.status(), what);
    for (const Answer& answer : *answers) {
      if (const auto* const error = std::get_if<absl::Status>(&answer)) return WithContext(*error, what);
      // Somebody else finished the attempt meanwhile: that record stands.
      if (std::holds_alternative<Refused>(answer)) Say(answer);
    }
    Say(answers->front());
    return absl::OkStatus();
  }

  // The command has run and cannot be run again for the record's sake: a busy database is waited for.
  absl::StatusOr<std::vector<Answer>> Persist(const std::vector<schema::Command::Reader>& commands) {
    ASSIGN_OR_RETURN(Engine* const engine, context_.OpenEngine());
    const MonotonicTime until = context_.monotonic()() + kFinishPatience;
    bool said = false;
    while (true) {
      absl::StatusOr<std::vector<Answer>> answers = engine->Execute(commands);
      if (answers.ok() || !absl::IsUnavailable(answers.status()) || context_.monotonic()() >= until) return answers;
      if (!said && !context_.json()) {
        context_.err() << "annals: step exec: the command has ended; waiting for the database to record it\n";
        context_.err().flush();
      }
      said = true;
      std::this_thread::sleep_for(kFinishPause);
    }
  }

  Context& context_;
  const ExecOptions& options_;
};

}  // namespace

Command ExecStep() {
  const auto options = std::make_shared<ExecOptions>();
  Command command;
  command.name = "exec";
  command.summary = "Run a command as an attempt at a step";
  command.details =
      "The start is recorded before the command runs, its end with exit code, duration and the last 64 KiB of its "
      "output\n"
      "afterwards, and of a failure the error too. The exit code is the command's own (128 + n for signal n), or 125 "
      "when\n"
      "Annals itself failed or the law refused the start; then the command was not run, unless the message says that "
      "it\n"
      "has ended. The command's output stays its own: with --json the receipt goes to stderr.";
  command.example = "annals step exec --run r1 --ws parser --step static -- make lint";
  command.arguments = {
      Required(Option("--run", "RUN", &options->run_id, "the run")),
      Required(Option("--ws", "WS", &options->ws_id, "the workstream")),
      Required(Option("--step", "STEP", &options->step_name, "edit, static, fix, runtime or your own")),
      Rest("COMMAND", &options->argv, "what to run, with its arguments")};
  command.failure_exit_code = kExitExecFailed;
  command.run = [options](Context& context) -> absl::StatusOr<int> { return StepExec(context, *options).Run(); };
  return command;
}

}  // namespace annals
