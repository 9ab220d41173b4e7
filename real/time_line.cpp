#include "real/time_line.hpp"

#include <algorithm>
#include <utility>

namespace psgrid::real {

TimeLine::TimeLine(std::uint32_t processes, RunObserver& observer)
    : observer_(observer), reported_(processes) {}

void TimeLine::add(std::uint32_t process, Observed observed) {
  for (auto& recorded : observed.records) {
    const Time at = recorded.at;
    entries_.push({at, ++count_, std::move(recorded)});
  }
  for (const MessageTrace& message : observed.messages)
    entries_.push({message.delivered, ++count_, message});
  for (const WorkTrace& work : observed.works) entries_.push({work.end, ++count_, work});
  reported_[process] = observed.until;
  hand_on(*std::min_element(reported_.begin(), reported_.end()));
}

void TimeLine::add(Observed::Recorded recorded) {
  const Time at = recorded.at;
  entries_.push({at, ++count_, std::move(recorded)});
}

void TimeLine::end(std::uint32_t process) { reported_[process] = Time::never(); }

void TimeLine::finish(Time until) {
  hand_on(until);
  entries_ = {};
}

void TimeLine::hand_on(Time until) {
  for (; !entries_.empty() && entries_.top().at <= until; entries_.pop()) {
    const Entry& entry = entries_.top();
    if (const auto* recorded = std::get_if<Observed::Recorded>(&entry.what))
      observer_.on_record(recorded->at, recorded->node, recorded->record);
    else if (const auto* message = std::get_if<MessageTrace>(&entry.what))
      observer_.on_message(*message);
    else
      observer_.on_work(std::get<WorkTrace>(entry.what));
  }
}

}  // namespace psgrid::real
