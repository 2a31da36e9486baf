// annals log: the events, newest last.
#include <chrono>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/log_reader.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "projections/log_json.h"
#include "schemas/status.h"

namespace annals {
namespace {

constexpr int64_t kShownOnTerminal = 50;
constexpr auto kFollowInterval = std::chrono::milliseconds(100);

struct LogOptions {
  LogFilter filter;
  std::optional<std::string> entity;
  std::optional<TimeExpression> since, until;
  std::optional<int64_t> limit;
  bool full = false;
  bool follow = false;
};

class LogPrinter {
 public:
  LogPrinter(Context& context, const LogOptions& options)
      : context_(context), options_(options), columns_(context.width(), context.colour()) {}

  // Prints what `snapshot` holds behind `after`: all of it, or the newest `limit`.
  absl::Status Print(Snapshot& snapshot, Position after, std::optional<int64_t> limit) {
    return limit ? PrintNewest(snapshot, after, static_cast<uint64_t>(*limit)) : PrintAll(snapshot, after);
  }

 private:
  absl::StatusOr<std::string> JsonLine(Snapshot& snapshot, const LogReader::Entry& entry) {
    if (options_.filter.transitions) {
      WriteTransitionLine(entry.event, *TransitionOf(entry.event), json_);
    } else if (options_.full) {
      ASSIGN_OR_RETURN(const FullDetail full, ReadFullDetail(snapshot, entry.event));
      RETURN_IF_ERROR(WriteLogLine(*entry.record, entry.event, &full, json_));
    } else {
      RETURN_IF_ERROR(WriteLogLine(*entry.record, entry.event, nullptr, json_));
    }
    return json_.Take();
  }

  absl::Status PrintAll(Snapshot& snapshot, Position after) {
    ASSIGN_OR_RETURN(const auto reader,
                     LogReader::Open(snapshot, options_.filter, after, LogReader::Order::kOldestFirst));
    while (context_.out()) {
      ASSIGN_OR_RETURN(const LogReader::Entry* const entry, reader->Next());
      if (entry == nullptr) break;
      if (context_.json()) {
        ASSIGN_OR_RETURN(const std::string line, JsonLine(snapshot, *entry));
        context_.out() << line << '\n';
      } else {
        context_.out() << columns_.Line(*entry->record, entry->event) << '\n';
      }
    }
    return absl::OkStatus();
  }

  absl::Status PrintNewest(Snapshot& snapshot, Position after, uint64_t limit) {
    ASSIGN_OR_RETURN(const auto reader,
                     LogReader::Open(snapshot, options_.filter, after, LogReader::Order::kNewestFirst));
    std::vector<std::string> lines;  // of JSON
    std::vector<LogCells> rows;
    bool more = false;
    while (!more) {
      ASSIGN_OR_RETURN(const LogReader::Entry* const entry, reader->Next());
      if (entry == nullptr) break;
      more = lines.size() + rows.size() >= limit;
      if (more) break;
      if (context_.json()) {
        ASSIGN_OR_RETURN(lines.emplace_back(), JsonLine(snapshot, *entry));
      } else {
        columns_.Widen(rows.emplace_back(columns_.CellsOf(*entry->record, entry->event)));
      }
    }
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) context_.out() << *line << '\n';
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) context_.out() << columns_.Line(*row) << '\n';
    if (more && !options_.limit)
      context_.err() << fmt::format("the newest {} events; --limit N shows more of them\n", limit);
    return absl::OkStatus();
  }

  Context& context_;
  const LogOptions& options_;
  LogColumns columns_;
  JsonWriter json_;
};

absl::Status Check(LogOptions& options, Timestamp now) {
  if (options.entity) RETURN_IF_ERROR(WithContext(ReadEntity(*options.entity, options.filter), "--entity"));
  if (options.since) options.filter.since = options.since->At(now);
  if (options.until) options.filter.until = options.until->At(now);
  if (options.limit && *options.limit < 1) return absl::InvalidArgumentError("--limit: it must be at least 1");
  if (options.follow && options.filter.until) {
    return absl::InvalidArgumentError("--follow waits for what comes, --until ends it; leave one of the two out");
  }
  if (options.full && options.filter.transitions) {
    return absl::InvalidArgumentError(
        "--full shows whole events, --transitions a few fields of them; leave one of the two out");
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Log(Context& context, LogOptions& options) {
  RETURN_IF_ERROR(Check(options, context.clock().Now()));
  if (options.follow && context.options().at) {
    return absl::InvalidArgumentError("--follow waits for what comes, --at ends it; leave one of the two out");
  }
  options.filter.actor = context.options().actor;  // the global option; who reads is nobody's actor
  LogPrinter printer(context, options);
  std::optional<int64_t> limit = options.limit;
  if (!limit && !context.json() && context.out_is_terminal()) limit = kShownOnTerminal;
  Position seen;
  {
    ASSIGN_OR_RETURN(const auto snapshot, context.Read());
    RETURN_IF_ERROR(printer.Print(*snapshot, Position{}, limit));
    seen = snapshot->head().position;
  }
  while (options.follow && context.out().flush()) {
    std::this_thread::sleep_for(kFollowInterval);
    ASSIGN_OR_RETURN(const auto snapshot, context.Read());
    if (snapshot->head().position == seen) continue;
    RETURN_IF_ERROR(printer.Print(*snapshot, seen, std::nullopt));
    seen = snapshot->head().position;
  }
  return kExitDone;
}

}  // namespace

Command LogCommand() {
  const auto options = std::make_shared<LogOptions>();
  LogFilter& filter = options->filter;
  return {
      .name = "log",
      .summary = "The events, newest last",
      .details =
          "On a terminal the newest 50 are shown, else all. With --run, refusals about that run stand in their place. "
          "--actor NAME shows what that actor did. --transitions --json --follow is the live transition log in JSON "
          "lines.",
      .example =
          "annals log --run r1\nannals log --transitions --json --follow\nannals log --type error_recorded --since "
          "2026-11-20",
      .arguments =
          {
              Option("--run", "RUN", &filter.run, "events of this run, and refusals about it"),
              Option("--ws", "WS", &filter.ws, "events about workstreams of this name"),
              Option("--type", "TYPE", &filter.type, "events of this type, such as run_transitioned"),
              Option("--entity", "KIND/ID", &options->entity, "events about one entity, such as workstream/parser"),
              OneOf({"info", "warning", "error", "critical"},
                    Option("--severity", "LEVEL", &filter.severity, "events of this severity or a graver one")),
              Option("--since", "TIME", &options->since, "events recorded at this time or later"),
              Option("--until", "TIME", &options->until, "events recorded at this time or earlier"),
              Option("--limit", "N", &options->limit, "only the newest N"),
              Flag("--transitions", &filter.transitions, "only transitions: lawful, refused and overridden"),
              Flag("--full", &options->full, "with --json: salts and digests too, as an import needs them"),
              Flag("-f,--follow", &options->follow, "go on with new events as they come"),
          },
      .run = [options](Context& context) { return Log(context, *options); },
      .reads_as_of = true};
}

}  // namespace annals
