#include "cli/why_text.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "cli/duration.h"
#include "cli/paragraph.h"
#include "cli/printable.h"
#include "cli/utf8.h"

namespace annals {
namespace {

using why::Explanation;
using why::Happening;
using why::PossibleCommand;
using why::Sentence;

constexpr size_t kFirstShown = 3, kNewestShown = 17;  // of a long history
constexpr size_t kUsualWidth = 100;                   // where there is no terminal, for what is laid out in columns

class Page {
 public:
  Page(const Explanation& explained, Timestamp now, std::optional<size_t> width, ColourMode colour)
      : explained_(explained), now_(now), width_(width), colour_(colour) {}

  std::string Make() {
    Headline();
    Findings();
    History();
    Refusals();
    Blockers();
    Legal();
    Refused();
    return std::move(page_);
  }

 private:
  std::string Age(Timestamp time) const { return FormatAge(std::chrono::microseconds(now_.micros - time.micros)); }

  void Heading(std::string_view text) { page_ += fmt::format("\n{}\n", Paint(Printable(text), Ink::kBold, colour_)); }

  void Paragraph(const std::string& start, std::string_view text) { page_ += annals::Paragraph(start, text, width_); }

  void Headline() {
    const std::string is =
        explained_.state.empty() ? "was recorded, last at" : fmt::format("is {} since", explained_.state);
    Paragraph("", fmt::format("{} {} {} ({}): {}", explained_.title, is, explained_.since.value,
                              Age(explained_.since_time), explained_.because));
  }

  void Findings() {
    for (const Sentence& finding : explained_.findings) Paragraph("  - ", finding.text);
  }

  void Event(const Happening& happening) {
    const bool is_other = happening.about != explained_.entity;
    Paragraph(fmt::format("  {:>6}  {:>9}  ", happening.position.value, Age(happening.time)),
              is_other ? fmt::format("{}: {}", TextOf(happening.about), happening.text) : happening.text);
  }

  void History() {
    Heading("How it came to this");
    const auto& history = explained_.history;
    for (size_t i = 0; i < history.size(); ++i) {
      const bool is_left_out = i >= kFirstShown && i + kNewestShown < history.size();
      if (!is_left_out) {
        Event(history[i]);
      } else if (i == kFirstShown) {
        page_ += fmt::format("       …  {} more, between {} and {}; --json has them\n",
                             history.size() - kFirstShown - kNewestShown, history[i - 1].position.value,
                             history[history.size() - kNewestShown].position.value);
      }
    }
  }

  void Refusals() {
    if (explained_.refusals.empty()) return;
    Heading(fmt::format("Refused since {}", explained_.since.value));
    if (explained_.more_refusals > 0) {
      page_ += fmt::format("       …  {} more, between {} and {}\n", explained_.more_refusals, explained_.since.value,
                           explained_.refusals.front().position.value);
    }
    for (const Happening& refusal : explained_.refusals) Event(refusal);
  }

  void Blockers() {
    if (explained_.is_final || explained_.state.empty()) return;
    Heading("What blocks it");
    if (explained_.blockers.empty()) {
      page_ += fmt::format("  nothing: it waits for a command (as of {})\n", explained_.as_of.value);
    }
    for (const why::Blocker& blocker : explained_.blockers) {
      Paragraph("  ", blocker.sentence.text);
      for (const Sentence& finding : blocker.findings) Paragraph("    - ", finding.text);
    }
    if (explained_.more_blockers > 0) {
      page_ +=
          fmt::format("  …  {} more lie between these (as of {})\n", explained_.more_blockers, explained_.as_of.value);
    }
  }

  std::string InItsState() const {
    return explained_.state.empty() ? fmt::format("last recorded at {}", explained_.since.value)
                                    : fmt::format("{} since {}", explained_.state, explained_.since.value);
  }

  // Each command with what it is for beside it, where there is room for that.
  void Commands(const std::vector<const PossibleCommand*>& commands) {
    size_t columns = 0, widest = 0;
    for (const PossibleCommand* const command : commands) columns = std::max(columns, command->line.size());
    for (const PossibleCommand* const command : commands) {
      widest = std::max(widest, columns + 4 + command->meaning.size());
    }
    for (const PossibleCommand* const command : commands) {
      if (widest > width_.value_or(kUsualWidth) || command->meaning.empty()) {
        page_ += fmt::format("  {}\n", command->line);
      } else {
        page_ += fmt::format("  {:<{}}  {}\n", command->line, columns, Paint(command->meaning, Ink::kDim, colour_));
      }
    }
  }

  bool MayBeOverridden() const { return explained_.override && explained_.override->is_possible; }

  void Legal() {
    std::vector<const PossibleCommand*> moves, records;
    for (const PossibleCommand& command : explained_.commands) {
      if (command.IsLegal()) (command.to.empty() ? records : moves).push_back(&command);
    }
    if (moves.empty() && records.empty() && !MayBeOverridden()) return;
    Heading(fmt::format("What may be done now ({})", InItsState()));
    Commands(moves);
    Commands(records);
    if (!MayBeOverridden()) return;
    page_ += fmt::format("  {}\n", explained_.override->line);
    Paragraph("      ", explained_.override->sentence.text);
  }

  // Commands that are refused for the same reasons stand together.
  static bool AreRefusedAlike(const PossibleCommand& a, const PossibleCommand& b) {
    const auto text = [](const why::Objection& objection) { return objection.saw.text; };
    return std::ranges::equal(a.objections, b.objections, {}, text, text);
  }

  // "pending (unblock), ready, editing (resume)".
  static std::string Named(const std::vector<const PossibleCommand*>& commands) {
    std::string text;
    for (size_t i = 0; i < commands.size(); ++i) {
      const PossibleCommand& command = *commands[i];
      if (i > 0) text += ", ";
      text += command.to.empty() ? command.line : command.to;
      const bool is_last_by_trigger = i + 1 == commands.size() || commands[i + 1]->trigger != command.trigger;
      if (!command.trigger.empty() && is_last_by_trigger) text += fmt::format(" ({})", command.trigger);
    }
    return text;
  }

  void Refused() {
    std::vector<std::vector<const PossibleCommand*>> groups;
    for (const PossibleCommand& command : explained_.commands) {
      if (command.IsLegal()) continue;
      const auto alike =
          std::ranges::find_if(groups, [&](const auto& group) { return AreRefusedAlike(*group.front(), command); });
      alike == groups.end() ? groups.push_back({&command}) : alike->push_back(&command);
    }
    const bool is_closed = explained_.override && !explained_.override->is_possible;
    if (groups.empty() && !is_closed) return;
    Heading("What would be refused, and why");
    for (const auto& group : groups) {
      Paragraph("  ", Named(group));
      for (const why::Objection& objection : group.front()->objections) {
        const std::string guard = objection.guard.empty() ? "" : fmt::format("{}: ", objection.guard);
        Paragraph("    - ", guard + objection.saw.text);
      }
    }
    if (is_closed) Paragraph("  ", fmt::format("any other state: {}", explained_.override->sentence.text));
  }

  const Explanation& explained_;
  const Timestamp now_;
  const std::optional<size_t> width_;
  const ColourMode colour_;
  std::string page_;
};

}  // namespace

std::string WhyText(const Explanation& explained, Timestamp now, std::optional<size_t> width, ColourMode colour) {
  return Page(explained, now, width, colour).Make();
}

}  // namespace annals
