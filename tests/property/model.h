// The law of runs and workstreams a second time, as small and slow as can be, written from the contract and sharing no
// code with the engine: what becomes of a command, at which position, and what the tables then say.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/property/request.h"

namespace annals::property {

inline constexpr std::string_view kRunStates[] = {"pending", "running", "paused",   "completed",
                                                  "failed",  "partial", "abandoned"};
inline constexpr std::string_view kWorkstreamStates[] = {"pending", "ready",         "editing",  "static_check",
                                                         "fixing",  "runtime_check", "paused",   "blocked",
                                                         "done",    "failed",        "abandoned"};
bool IsFinalRun(std::string_view status);
bool IsFinalWorkstream(std::string_view status);
bool IsRunEdge(std::string_view from, std::string_view to);
bool IsWorkstreamEdge(std::string_view from, std::string_view to);

struct Prediction {
  enum class Kind { kDone, kRefused, kForeseen, kNotFound, kBadInput, kConflict };
  Kind kind = Kind::kBadInput;
  uint64_t first = 0;
  uint64_t last = 0;
  std::string stream = {};
  uint64_t version = 0;
  std::string state = {};
  bool repeat = false;
  // As of the answer of an engine, so that the two can be compared.
  std::string Line() const;
};

struct ModelWorkstream {
  std::string status = "pending";
  std::string paused_from = {};
  std::vector<std::string> needs = {};
  bool is_critical = false;
};

struct ModelRun {
  std::string status = "pending";
  std::string paused_from = {};
  std::map<std::string, ModelWorkstream> workstreams = {};
  // Counted anew each time, over all workstreams that are in one of `states`.
  int64_t Count(std::initializer_list<std::string_view> states, bool critical_only = false) const;
};

struct ModelAttempt {
  std::string run;
  std::string ws;
  std::string step;
  int64_t number;
  std::string status;
};

class Model {
 public:
  Prediction Execute(const Request& request);

  const std::map<std::string, ModelRun>& runs() const { return runs_; }
  const std::map<uint64_t, ModelAttempt>& attempts() const { return attempts_; }
  uint64_t end() const { return end_; }
  uint64_t VersionOf(const std::string& stream) const;
  // Rows of runs, workstreams, step_attempts and errors as far as the model knows them, each a sorted line.
  std::vector<std::string> Lines() const;

 private:
  struct Outcome {
    Prediction::Kind kind = Prediction::Kind::kDone;
    uint64_t events = 1;
    std::string state = {};
  };
  Outcome Judge(const Request& request, const std::string& run_id);
  Outcome CreateRun(const Request& request, const std::string& run_id);
  Outcome MoveRun(const Request& request, ModelRun& run);
  Outcome CreateWorkstream(const Request& request, ModelRun& run);
  Outcome MoveWorkstream(const Request& request, ModelRun& run);
  Outcome Step(const Request& request, const std::string& run_id, ModelRun& run);
  Outcome Finish(const Request& request);
  // The run a request is about where it names none: the one open run that holds its workstream. Else nothing and why.
  Prediction::Kind FindRun(const Request& request, std::string& run_id) const;
  uint64_t AttemptsAt(const std::string& run, const std::string& ws, const std::string& step) const;

  std::map<std::string, ModelRun> runs_;
  std::map<uint64_t, ModelAttempt> attempts_;
  std::map<std::vector<std::string>, std::pair<uint64_t, int64_t>> errors_;  // its id, how often
  std::map<std::string, uint64_t> versions_;
  std::map<std::string, std::pair<std::string, Prediction>> keys_;
  uint64_t end_ = 0;
};

}  // namespace annals::property
