#include "cli/audit_timeline.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "cli/audit_marks.h"
#include "cli/audit_picture.h"
#include "cli/audit_words.h"
#include "cli/duration.h"
#include "cli/html_text.h"
#include "cli/time_axis.h"
#include "cli/utf8.h"

namespace annals {
namespace {

constexpr size_t kTicks = 8;

// Pixels from the top of the picture and of a lane. Places along the axis are per cent, so that the picture is as wide
// as the page without its text growing or shrinking.
constexpr int kAxisHeight = 30;
constexpr int kLaneHeight = 76;
constexpr int kNameBaseline = 16, kBarTop = 24, kBarHeight = 18, kAttemptTop = 45, kAttemptHeight = 5, kMarkMiddle = 61;

// A bar says its state where there is room. On any page the picture has at least the first of these widths; the style
// hides texts of the other classes where it has not the width that stands beside them.
struct TextClass {
  double pixels;
  std::string_view name;
};
constexpr TextClass kTextClasses[] = {{330, "state"}, {730, "state wide"}, {1050, "state widest"}};
constexpr double kLetterPixels = 6.5, kPaddingPixels = 12;

constexpr size_t kNameLetters = 28;  // what a narrow page has room for
constexpr size_t kTipBytes = 200;    // of what a mark says when pointed at; a message may have a million

std::string Percent(double place) {
  return fmt::format("{:.3f}%", place * 100);
}

std::string ShortName(std::string_view name) {
  size_t bytes = 0;
  for (size_t letters = 0; bytes < name.size(); ++letters) {
    if (letters == kNameLetters) return std::string(name.substr(0, bytes)) + "…";
    bytes += DecodeUtf8(name.substr(bytes)).bytes;
  }
  return std::string(name);
}

std::string Tip(std::string_view text) {
  const std::string_view start = CutUtf8(text, kTipBytes);
  return EscapeHtml(start) + (start.size() < text.size() ? "…" : "");
}

void AddOnce(const std::string& text, std::vector<std::string>& texts) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

class TimelineWriter {
 public:
  TimelineWriter(const Audit& audit, std::ostream& out) : audit_(audit), picture_(PictureOf(audit)), out_(out) {}

  void Write() {
    const size_t height = kAxisHeight + picture_.lanes.size() * kLaneHeight;
    out_ << "<figure class=\"timeline\">\n<div class=\"canvas\">\n";
    fmt::print(out_, "<svg role=\"img\" aria-labelledby=\"timeline-is\" width=\"100%\" height=\"{}\">\n", height);
    fmt::print(out_,
               "<title id=\"timeline-is\">Timeline of run {}: {} events in {} lanes from {} to {} UTC. The tables "
               "below say the same in words.</title>\n",
               EscapeHtml(audit_.run_id), audit_.events.size(), picture_.lanes.size(), FullTime(picture_.first),
               FullTime(picture_.last));
    WriteMarkShapes(out_);
    WriteAxis(height);
    for (size_t i = 0; i < picture_.lanes.size(); ++i) WriteLane(picture_.lanes[i], i);
    out_ << "</svg>\n</div>\n";
    WriteCaption();
    out_ << "</figure>\n";
  }

 private:
  void WriteAxis(size_t height) {
    const std::vector<TimeTick> ticks = TimeTicks(picture_.first, picture_.last, kTicks);
    for (size_t i = 0; i < ticks.size(); ++i) {
      const double place = picture_.PlaceOf(ticks[i].at);
      // Near an edge the label keeps to the inside; on narrow pages every other one is shown.
      const std::string_view anchor = place < 0.1 ? "start" : place > 0.9 ? "end" : "middle";
      fmt::print(out_,
                 "<line class=\"tick\" x1=\"{0}\" x2=\"{0}\" y1=\"{1}\" y2=\"{2}\"/><text class=\"when{3}\" x=\"{0}\" "
                 "y=\"14\" text-anchor=\"{4}\">{5}</text>\n",
                 Percent(place), kAxisHeight - 8, height, i % 2 == 0 ? "" : " wide", anchor, ticks[i].label);
    }
  }

  void WriteLane(const PictureLane& lane, size_t index) {
    fmt::print(out_, "<svg class=\"lane\" y=\"{}\" width=\"100%\" height=\"{}\">\n", kAxisHeight + index * kLaneHeight,
               kLaneHeight);
    out_ << "<line class=\"floor\" x1=\"0\" x2=\"100%\" y1=\"0.5\" y2=\"0.5\"/>\n";
    WriteName(lane);
    WriteLife(lane);
    for (const AuditStay* const stay : lane.stays) WriteStay(*stay);
    WriteEnd(lane);
    for (const AuditAttempt* const attempt : lane.attempts) WriteAttempt(*attempt);
    for (const PictureMark& mark : lane.marks) WriteMark(mark);
    out_ << "</svg>\n";
  }

  void WriteName(const PictureLane& lane) {
    if (lane.entity == nullptr) {
      fmt::print(out_, "<text class=\"name\" y=\"{}\">{} others, together</text>\n", kNameBaseline,
                 picture_.entities_together);
      return;
    }
    const std::string name = EntityText(lane.entity->type, lane.entity->id);
    fmt::print(out_,
               "<text class=\"name\" y=\"{}\"><title>{}</title>{}<tspan class=\"{}\" dx=\"8\">{}</tspan></text>\n",
               kNameBaseline, EscapeHtml(name), EscapeHtml(ShortName(name)), StateClass(lane.entity->state),
               EscapeHtml(lane.entity->state));
  }

  // Where bars are left out this shows through, so that no lane looks idle that was not.
  void WriteLife(const PictureLane& lane) {
    if (picture_.bars_left_out == 0 || lane.entity == nullptr || lane.entity->stays.empty()) return;
    const double from = picture_.PlaceOf(lane.entity->stays.front().from);
    fmt::print(out_, "<rect class=\"life\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"{}\"/>\n", Percent(from),
               Percent(picture_.PlaceOf(lane.entity->stays.back().to) - from), kBarTop, kBarHeight);
  }

  void WriteStay(const AuditStay& stay) {
    AddOnce(stay.state, states_);
    const double from = picture_.PlaceOf(stay.from), share = picture_.PlaceOf(stay.to) - from;
    fmt::print(out_,
               "<rect class=\"stay {}{}\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"{}\"><title>{}{}, {}, from "
               "{}</title></rect>\n",
               StateClass(stay.state), stay.is_open ? " open" : "", Percent(from), Percent(share), kBarTop, kBarHeight,
               EscapeHtml(stay.state), stay.is_open ? " still" : "",
               FormatDuration(std::chrono::microseconds(stay.Micros())), TimeText(audit_, stay.from));
    const double needed = kLetterPixels * static_cast<double>(stay.state.size()) + kPaddingPixels;
    for (const TextClass& text : kTextClasses) {
      if (share * text.pixels < needed) continue;
      fmt::print(out_, "<text class=\"{}\" x=\"{}\" dx=\"6\" y=\"{}\">{}</text>\n", text.name, Percent(from),
                 kBarTop + 13, EscapeHtml(stay.state));
      break;
    }
  }

  void WriteEnd(const PictureLane& lane) {
    if (lane.entity == nullptr || !lane.entity->is_final || lane.entity->stays.empty()) return;
    fmt::print(out_, "<rect class=\"end {}\" x=\"{}\" y=\"{}\" width=\"3\" height=\"{}\"/>\n",
               StateClass(lane.entity->state), Percent(picture_.PlaceOf(lane.entity->stays.back().to)), kBarTop - 3,
               kBarHeight + 6);
  }

  void WriteAttempt(const AuditAttempt& attempt) {
    AddOnce(attempt.status, statuses_);
    const double from = picture_.PlaceOf(attempt.started_at);
    const std::string exit = attempt.exit_code ? fmt::format(", exit {}", *attempt.exit_code) : "";
    fmt::print(out_,
               "<rect class=\"attempt {}\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"{}\" rx=\"1\"><title>{}, attempt "
               "{}: {}{}, {}</title></rect>\n",
               StateClass(attempt.status), Percent(from), Percent(picture_.PlaceOf(attempt.ended_at) - from),
               kAttemptTop, kAttemptHeight, EscapeHtml(attempt.step_name), attempt.number, attempt.status, exit,
               FormatDuration(std::chrono::microseconds(attempt.Micros())));
  }

  void WriteMark(const PictureMark& mark) {
    const AuditEvent& event = *mark.event;
    kinds_.insert(event.kind);
    const std::string others =
        mark.others == 0 ? "" : fmt::format(" (and {} more {} here)", mark.others, LabelOf(event.kind));
    fmt::print(out_,
               "<a href=\"#p{}\" tabindex=\"-1\"><use href=\"#mark-{}\" class=\"{}\" x=\"{}\" y=\"{}\"/><title>{}, {}: "
               "{}{}</title></a>\n",
               event.position.value, NameOf(event.kind), MarkClass(audit_, event), Percent(picture_.PlaceOf(event.at)),
               kMarkMiddle, event.position.value, LabelOf(event.kind), Tip(WhatText(audit_, event)), others);
  }

  void WriteCaption() {
    out_ << "<figcaption>\n<ul class=\"legend\">\n";
    for (const AuditKind kind : kinds_)
      fmt::print(out_, "<li>{} {}</li>\n", MarkSvg(kind, "k-" + std::string(NameOf(kind))), LabelOf(kind));
    for (const std::string& state : states_) {
      fmt::print(out_, "<li><span class=\"swatch stay {}\"></span> {}</li>\n", StateClass(state), EscapeHtml(state));
    }
    for (const std::string& status : statuses_) {
      fmt::print(out_, "<li><span class=\"swatch thin {}\"></span> attempt: {}</li>\n", StateClass(status),
                 EscapeHtml(status));
    }
    fmt::print(out_,
               "</ul>\n<p>{} to {} UTC. Bars are states, thin bars below them attempts, marks below those "
               "events; a mark leads to its line in the list.</p>\n",
               FullTime(picture_.first), FullTime(picture_.last));
    WriteLeftOut();
    out_ << "</figcaption>\n";
  }

  // Nothing is left out in silence.
  void WriteLeftOut() {
    if (picture_.entities_together > 0) {
      fmt::print(out_,
                 "<p class=\"left-out\">{} entities share the last lane, without their bars; those with refusals, "
                 "overrides and errors come first in having their own.</p>\n",
                 picture_.entities_together);
    }
    if (picture_.places > 0) {
      fmt::print(out_,
                 "<p class=\"left-out\">This run is too large for a mark and a bar for everything. Within a lane, "
                 "what falls into the same {} of the time is drawn once: {} events share the mark of another of "
                 "their kind, and of bars only the longest is drawn ({} are left out; a plain bar shows through). The "
                 "lists below have all of them.</p>\n",
                 picture_.places == 1 ? "whole" : fmt::format("1/{}", picture_.places), picture_.marks_together,
                 picture_.bars_left_out);
    }
  }

  const Audit& audit_;
  const AuditPicture picture_;
  std::ostream& out_;
  std::vector<std::string> states_, statuses_;  // that were drawn, in that order
  std::set<AuditKind> kinds_;
};

}  // namespace

void WriteTimeline(const Audit& audit, std::ostream& out) {
  TimelineWriter(audit, out).Write();
}

}  // namespace annals
