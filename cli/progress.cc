#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

#include "cli/duration.h"
#include "cli/table.h"
#include "cli/utf8.h"

namespace annals {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

constexpr std::chrono::seconds kPatience(1);
constexpr std::chrono::milliseconds kBetweenDraws(100);
constexpr uint64_t kBarCells = 20;
constexpr std::string_view kEraseLine = "\r\x1b[K";

// Integers can overflow when multiplied; nothing here needs more than a double's precision.
double Fraction(uint64_t done, uint64_t total) {
  return std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
}

std::string Bar(double fraction) {
  const size_t full = static_cast<size_t>(fraction * static_cast<double>(kBarCells));
  return fmt::format("[{}{}]", std::string(full, '#'), std::string(kBarCells - full, '-'));
}

struct Part {
  int importance;  // the part with the lowest goes first when the line is too long
  std::string text;
};

std::string Join(const std::vector<Part>& parts) {
  std::string line;
  for (const Part& part : parts) line += (line.empty() ? "" : "  ") + part.text;
  return line;
}

}  // namespace

Visibility ProgressVisibility(bool stderr_is_terminal, bool json, const Environment& environment) {
  const char* term = environment("TERM");
  const bool can_erase = term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
  return stderr_is_terminal && !json && can_erase ? Visibility::kShown : Visibility::kHidden;
}

ProgressLine::ProgressLine(Options options)
    : options_(std::move(options)), started_at_(options_.clock()), next_draw_at_(started_at_ + kPatience) {}

void ProgressLine::Update(uint64_t done) {
  if (options_.visibility == Visibility::kHidden) return;
  const MonotonicTime now = options_.clock();
  if (now < next_draw_at_) return;
  next_draw_at_ = now + kBetweenDraws;
  options_.write(fmt::format("{}{}", kEraseLine, Text(done, now)));
  is_drawn_ = true;
}

void ProgressLine::Erase() {
  if (is_drawn_) options_.write(kEraseLine);
  is_drawn_ = false;
}

std::string ProgressLine::Text(uint64_t done, MonotonicTime now) const {
  const microseconds elapsed = duration_cast<microseconds>(now - started_at_);
  const double rate = static_cast<double>(done) / std::chrono::duration<double>(elapsed).count();
  std::vector<Part> parts = {{9, Printable(options_.label)}};
  const bool has_share = options_.total.has_value() && *options_.total > 0;
  if (has_share) {
    const double fraction = Fraction(done, *options_.total);
    parts.push_back({4, Bar(fraction)});
    parts.push_back({8, fmt::format("{:3.0f} %", std::floor(fraction * 100))});
  }
  parts.push_back({7, options_.total ? fmt::format("{}/{}", done, *options_.total) : fmt::format("{}", done)});
  parts.push_back({5, fmt::format("{:.0f}/s", rate)});
  parts.push_back({3, FormatDuration(elapsed)});
  if (has_share && done > 0 && done < *options_.total) {
    const double seconds_left = static_cast<double>(*options_.total - done) / rate;
    constexpr double kSayable = 1e9;  // 30 years; past it the number would only overflow
    if (seconds_left < kSayable) {
      parts.push_back(
          {6, fmt::format("ETA {}", FormatDuration(microseconds(static_cast<int64_t>(seconds_left * 1e6))))});
    }
  }
  // A full last column makes some terminals wrap, and a wrapped line cannot be erased.
  const size_t room = std::max<size_t>(options_.width, 2) - 1;
  while (parts.size() > 1 && DisplayWidth(Join(parts)) > room) {
    parts.erase(std::min_element(parts.begin(), parts.end(),
                                 [](const Part& a, const Part& b) { return a.importance < b.importance; }));
  }
  return Shortened(Join(parts), room);
}

}  // namespace annals
