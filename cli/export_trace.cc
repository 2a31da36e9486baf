#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/event_summary.h"
#include "cli/export.h"
#include "cli/log_line.h"
#include "cli/log_reader.h"
#include "cli/run_requests.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"
#include "schemas/step_status.h"

namespace annals {
namespace {

using Body = schema::Event::Body;

constexpr int kProcess = 1;  // the run: the only one in the file

// What a slice or instant says of the event behind it.
struct Details {
  Position position;
  std::string actor;
  std::string reason;
  std::string carried;
};
Details DetailsOf(const FoldedEvent& event) {
  return {event.position, std::string(View(event.event.getActor())), std::string(ReasonOf(event)),
          CarriedText(event.event)};
}

// The state that was asked for, else the trigger, else the command.
std::string AskedOf(schema::CommandRefused::Reader refused) {
  if (refused.getTo().size() > 0) return std::string(View(refused.getTo()));
  return std::string(View(refused.getTrigger().size() > 0 ? refused.getTrigger() : refused.getCommand()));
}

// Writes trace events one by one; https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
class TraceWriter {
 public:
  explicit TraceWriter(std::ostream& out) : out_(out) { out_ << R"({"displayTimeUnit":"ms","traceEvents":[)"; }

  void Name(std::string_view what, int64_t thread, std::string_view name) {
    Begin("M", what, thread);
    json_.Key("args").BeginObject().Key("name").String(name).EndObject();
    End();
  }
  void Sort(int64_t thread, int64_t place) {
    Begin("M", "thread_sort_index", thread);
    json_.Key("args").BeginObject().Key("sort_index").Int(place).EndObject();
    End();
  }
  void Slice(int64_t thread, std::string_view category, std::string_view name, Timestamp from, Timestamp to,
             const Details& details, bool is_open = false) {
    Begin("X", name, thread);
    json_.Key("cat")
        .String(category)
        .Key("ts")
        .Int(from.micros)
        .Key("dur")
        .Int(std::max<int64_t>(0, to.micros - from.micros));
    Args(details, is_open);
    End();
  }
  void Instant(int64_t thread, std::string_view category, std::string_view name, Timestamp at, const Details& details) {
    Begin("i", name, thread);
    json_.Key("cat").String(category).Key("ts").Int(at.micros).Key("s").String("t");
    Args(details, /*is_open=*/false);
    End();
  }
  void Finish() { out_ << "\n]}\n"; }

 private:
  void Begin(std::string_view phase, std::string_view name, int64_t thread) {
    json_.BeginObject().Key("ph").String(phase).Key("pid").Int(kProcess).Key("tid").Int(thread).Key("name").String(
        name);
  }
  void Args(const Details& details, bool is_open) {
    json_.Key("args").BeginObject().Key("position").UInt(details.position.value);
    if (!details.actor.empty()) json_.Key("actor").String(details.actor);
    if (!details.reason.empty()) json_.Key("reason").String(details.reason);
    if (!details.carried.empty()) json_.Key("detail").String(details.carried);
    if (is_open) json_.Key("open").Bool(true);
    json_.EndObject();
  }
  void End() {
    json_.EndObject();
    out_ << (is_first_ ? "\n" : ",\n") << json_.Take();
    is_first_ = false;
  }

  std::ostream& out_;
  JsonWriter json_;
  bool is_first_ = true;
};

// The run, or what is in it: the state it is in, and the attempts that are open.
class Track {
 public:
  // Room for its threads: its states, and its attempts side by side.
  static constexpr int64_t kThreads = 100;
  // Places between two workstreams, for the tasks and patches of the first.
  static constexpr int64_t kPlaces = 1'000'000;
  // Among the threads it stands at `place`.
  Track(int64_t thread, int64_t place, std::string name, TraceWriter& out)
      : thread_(thread), place_(place), name_(std::move(name)), out_(out) {
    out_.Name("thread_name", thread_, name_);
    out_.Sort(thread_, place_);
  }
  int64_t thread() const { return thread_; }
  // For the next thing that belongs to this.
  int64_t NextPlace() { return place_ + kThreads * ++children_; }

  void Enter(std::string_view state, bool is_final, const FoldedEvent& event) {
    Leave(event.time());
    state_ = is_final ? "" : state;
    since_ = event.time();
    details_ = DetailsOf(event);
    if (is_final) out_.Instant(thread_, "state", state, since_, details_);
  }

  void StartAttempt(uint64_t id, std::string_view step, Timestamp at, const FoldedEvent& event) {
    const size_t lane = FreeLane(at);
    lanes_[lane].is_open = true;
    attempts_[id] = {lane, std::string(step), at, DetailsOf(event)};
  }
  void FinishAttempt(uint64_t id, std::string_view status, Timestamp at) {
    const auto attempt = attempts_.find(id);
    if (attempt == attempts_.end()) return;
    Show(attempt->second, fmt::format("{}: {}", attempt->second.step, status), at, /*is_open=*/false);
    attempts_.erase(attempt);
  }

  void Finish(Timestamp now) {
    Leave(now, /*is_open=*/true);
    for (const auto& [id, attempt] : attempts_) Show(attempt, attempt.step, now, /*is_open=*/true);
  }

 private:
  struct Lane {
    bool is_open = false;
    Timestamp end;
  };
  struct Attempt {
    size_t lane = 0;
    std::string step;
    Timestamp since;
    Details details;
  };

  void Leave(Timestamp at, bool is_open = false) {
    if (!state_.empty()) out_.Slice(thread_, "state", state_, since_, at, details_, is_open);
    state_.clear();
  }

  // Slices of one thread must not overlap, but attempts may.
  size_t FreeLane(Timestamp at) {
    size_t lane = 0;
    while (lane < lanes_.size() && (lanes_[lane].is_open || lanes_[lane].end > at)) ++lane;
    if (lane < lanes_.size()) return lane;
    if (lane + 2 > static_cast<size_t>(kThreads)) return lane - 1;  // so many at once: the last ones share a thread
    lanes_.push_back({});
    const int64_t thread = ThreadOf(lane);
    out_.Name("thread_name", thread, lane == 0 ? name_ + " steps" : fmt::format("{} steps {}", name_, lane + 1));
    out_.Sort(thread, place_ + 1 + static_cast<int64_t>(lane));
    return lane;
  }
  int64_t ThreadOf(size_t lane) const { return thread_ + 1 + static_cast<int64_t>(lane); }

  void Show(const Attempt& attempt, std::string_view name, Timestamp until, bool is_open) {
    out_.Slice(ThreadOf(attempt.lane), "step", name, attempt.since, until, attempt.details, is_open);
    lanes_[attempt.lane] = {false, until};
  }

  const int64_t thread_, place_;
  const std::string name_;
  TraceWriter& out_;
  int64_t children_ = 0;
  std::string state_;
  Timestamp since_;
  Details details_;
  std::vector<Lane> lanes_;
  std::map<uint64_t, Attempt> attempts_;
};

class RunTrace {
 public:
  RunTrace(const std::string& run, std::ostream& out) : out_(out), run_(kFirstThread, /*place=*/0, "run", out_) {
    out_.Name("process_name", kFirstThread, "run " + run);
  }

  void Add(const FoldedEvent& event) {
    const auto body = event.event.getBody();
    Track& track = TrackOf(event);
    switch (body.which()) {
      case Body::RUN_CREATED:
      case Body::WORKSTREAM_CREATED:
        return track.Enter("pending", false, event);
      case Body::TRANSITIONED:
        return Move(event, track);
      case Body::STEP_STARTED:
        return track.StartAttempt(event.position.value, View(body.getStepStarted().getStepName()),
                                  TimeOr(body.getStepStarted().getStartedAt(), event.time()), event);
      case Body::STEP_COMPLETED:
        return Complete(event, track);
      case Body::COMMAND_REFUSED:
        return Mark("refused", "refused: " + AskedOf(body.getCommandRefused()), event, track,
                    View(body.getCommandRefused().getWhy()));
      case Body::ERROR_RECORDED:
        return Mark("error", fmt::format("error {}", View(body.getErrorRecorded().getErrorCode())), event, track,
                    event.text);
      case Body::NOTED:
        return Mark("note", View(body.getNoted().getEventType()), event, track, event.json);
      case Body::CONTENT_REDACTED:
        return Mark("note", "content_redacted", event, track, event.text);
      case Body::CREATED:
        return track.Enter(View(body.getCreated().getInitial()), false, event);
      case Body::AMENDED:
        return Mark("note", "amended", event, track, ReasonOf(event));
      case Body::CHECKPOINT_SAVED:
        return Mark("note", fmt::format("checkpoint {}", View(body.getCheckpointSaved().getName())), event, track,
                    event.json);
      case Body::MACHINE_DEFINED:  // of no run and no request
      case Body::UNKNOWN:
        return;
    }
  }

  void Finish(Timestamp now) {
    run_.Finish(now);
    for (auto& [entity, track] : tracks_) track.Finish(now);
    out_.Finish();
  }

 private:
  static constexpr int64_t kFirstThread = 1;

  static Timestamp TimeOr(int64_t micros, Timestamp other) { return micros != 0 ? Timestamp{micros} : other; }

  // Tasks, patches, gates and requests have threads of their own, beside the workstream or the run that they belong to.
  Track& TrackOf(const FoldedEvent& event) {
    const std::string_view ws_id = View(event.event.getWsId());
    Track& home = ws_id.empty() ? run_ : TrackOf({"workstream", ws_id}, std::string(ws_id), /*home=*/nullptr);
    const EntityRef entity = EntityOf(event.event, event.stream);
    if (entity.machine.empty() || entity.machine == "run" || entity.machine == "workstream") return home;
    // What was refused may never have been made.
    if (event.event.getBody().isCommandRefused() && !tracks_.contains(KeyOf(entity))) return home;
    return TrackOf(entity, fmt::format("{} {}", ShortKind(entity.machine), entity.id), &home);
  }

  // The one of `entity`, which is made beside `home` (without one: below all others) when it is first asked for.
  Track& TrackOf(const EntityRef& entity, std::string name, Track* home) {
    std::string key = KeyOf(entity);
    const auto found = tracks_.find(key);
    if (found != tracks_.end()) return found->second;
    const auto thread = kFirstThread + Track::kThreads * (1 + static_cast<int64_t>(tracks_.size()));
    const int64_t place = home == nullptr ? Track::kPlaces * ++workstreams_ : home->NextPlace();
    return tracks_.try_emplace(std::move(key), thread, place, std::move(name), out_).first->second;
  }

  static std::string KeyOf(const EntityRef& entity) { return fmt::format("{}/{}", entity.machine, entity.id); }

  void Move(const FoldedEvent& event, Track& track) {
    const auto moved = event.event.getBody().getTransitioned();
    track.Enter(View(moved.getTo()), moved.getFinal(), event);
    if (!IsOverride(moved)) return;
    Mark("override", fmt::format("override by {}", View(moved.getOperator())), event, track, event.text);
  }

  void Complete(const FoldedEvent& event, Track& track) {
    const auto completed = event.event.getBody().getStepCompleted();
    const Timestamp end = TimeOr(completed.getCompletedAt(), event.time());
    uint64_t id = completed.getAttempt();
    if (id == 0) {
      id = event.position.value;
      track.StartAttempt(id, View(completed.getStepName()), TimeOr(completed.getStartedAt(), end), event);
    }
    track.FinishAttempt(id, StepStatusName(completed.getStatus()), end);
  }

  void Mark(std::string_view category, std::string_view name, const FoldedEvent& event, const Track& track,
            std::string_view reason) {
    Details details = DetailsOf(event);
    details.reason = reason;
    out_.Instant(track.thread(), category, name, event.time(), details);
  }

  TraceWriter out_;
  Track run_;
  int64_t workstreams_ = 0;
  std::map<std::string, Track, std::less<>> tracks_;  // of all but the run, by machine and id
};

}  // namespace

absl::Status ExportTrace(Snapshot& snapshot, const std::string& run, Timestamp now, std::ostream& out) {
  LogFilter filter;
  filter.run = run;
  ASSIGN_OR_RETURN(filter.streams, RequestStreamsOf(snapshot, run));
  ASSIGN_OR_RETURN(const auto reader, LogReader::Open(snapshot, filter, {}, LogReader::Order::kOldestFirst));
  ASSIGN_OR_RETURN(const LogReader::Entry* entry, reader->Next());
  if (entry == nullptr) {
    return absl::NotFoundError(fmt::format("there is no run {}; annals run list shows those there are", run));
  }
  RunTrace trace(run, out);
  while (entry != nullptr && out) {
    trace.Add(entry->event);
    ASSIGN_OR_RETURN(entry, reader->Next());
  }
  trace.Finish(now);
  return absl::OkStatus();
}

}  // namespace annals
