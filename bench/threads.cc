#include <latch>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "bench/groups.h"
#include "bench/measure.h"
#include "bench/workload.h"
#include "commands/group_commit.h"
#include "schemas/status.h"

namespace annals::bench {
namespace {

constexpr uint64_t kSingles = 500;             // per round
constexpr uint64_t kCommandsPerRound = 4'000;  // of all threads together

// A thread's work: pipelines of its own.
class Hand {
 public:
  explicit Hand(uint64_t seed) : workload_(seed) {}

  // Makes commands, which is not measured.
  void Prepare(uint64_t count) {
    messages_.clear();
    for (uint64_t i = 0; i < count; ++i) {
      messages_.push_back(std::make_unique<capnp::MallocMessageBuilder>(128));
      workload_.Next(messages_.back()->initRoot<schema::Command>());
    }
  }
  // Gives them one at a time.
  absl::Status Work(GroupCommit& commits) {
    for (const auto& message : messages_) {
      ASSIGN_OR_RETURN(const Answer answer, commits.Execute(message->getRoot<schema::Command>().asReader()));
      RETURN_IF_ERROR(ProblemOf(answer));
    }
    return absl::OkStatus();
  }

 private:
  Workload workload_;
  std::vector<std::unique_ptr<capnp::MallocMessageBuilder>> messages_;
};

// All at once; seconds from the start of the first to the end of the last.
absl::StatusOr<double> SecondsOfAll(std::vector<Hand>& hands, GroupCommit& commits) {
  std::latch start(1);
  std::vector<absl::Status> ends(hands.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < hands.size(); ++i) {
    threads.emplace_back([&, i] {
      start.wait();
      ends[i] = hands[i].Work(commits);
    });
  }
  absl::Status status;
  const double seconds = SecondsOf(
      [&] {
        start.count_down();
        for (std::thread& thread : threads) thread.join();
        return absl::OkStatus();
      },
      status);
  for (const absl::Status& end : ends) RETURN_IF_ERROR(end);
  return seconds;
}

struct Crowd {
  uint64_t threads;
  double floor;
};

absl::StatusOr<Figure> Measure(const Crowd& crowd, Session& session) {
  const Options& options = session.options();
  SystemClock clock;
  SystemRandom random;
  ASSIGN_OR_RETURN(const auto storage, session.Open(session.Fresh("threads.db")));
  // The one thread calls its engine itself, as whoever has no others would.
  Workload workload(options.seed);
  Filler one(*storage, [&](schema::Command::Builder command) { workload.Next(command); });
  Engine engine(*storage, clock, random);
  GroupCommit commits(engine);
  std::vector<Hand> hands;
  for (uint64_t i = 1; i <= crowd.threads; ++i) hands.emplace_back(options.seed + i);
  const uint64_t each = kCommandsPerRound / crowd.threads;
  Pairs pairs;
  for (uint64_t round = 0; round < options.rounds; ++round) {
    for (Hand& hand : hands) hand.Prepare(each);
    ASSIGN_OR_RETURN(const double seconds, SecondsOfAll(hands, commits));
    ASSIGN_OR_RETURN(const double alone, one.SecondsFor(kSingles, 1));
    pairs.Add(static_cast<double>(each * crowd.threads) / seconds, static_cast<double>(kSingles) / alone);
  }
  return pairs.ToFigure(fmt::format("threads_{}", crowd.threads),
                        fmt::format("single commands of {} threads", crowd.threads), "commands/s", crowd.floor);
}

}  // namespace

Figures MeasureThreads(Session& session) {
  std::vector<Figure> figures;
  for (const Crowd& crowd : {Crowd{8, 3.5}, Crowd{64, 8}}) {
    if (!session.Wants(fmt::format("threads_{}", crowd.threads))) continue;
    session.on_start()(fmt::format("{} threads", crowd.threads));
    ASSIGN_OR_RETURN(figures.emplace_back(), Measure(crowd, session));
  }
  return figures;
}

}  // namespace annals::bench
