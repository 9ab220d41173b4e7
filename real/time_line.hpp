// Puts what many processes observed into the order of time, and hands it to one observer.
//
// A process reports in order, up to some moment each time; nothing is handed on before every
// process has reported up to it.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "model/run_observer.hpp"
#include "real/control.hpp"

namespace psgrid::real {

class TimeLine {
 public:
  // The observer outlives the time line.
  TimeLine(std::uint32_t processes, RunObserver& observer);

  void add(std::uint32_t process, Observed observed);

  // Something that no process reports.
  void add(Observed::Recorded recorded);

  // A process that will report no more, unless it is started anew.
  void end(std::uint32_t process);

  // Hands on all that is left, but nothing from after `until`.
  void finish(Time until);

 private:
  struct Entry {
    Time at;
    std::uint64_t number;  // order of arrival, for entries of one moment
    std::variant<Observed::Recorded, MessageTrace, WorkTrace> what;
    bool operator>(const Entry& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };

  void hand_on(Time until);

  RunObserver& observer_;
  std::vector<Time> reported_;  // by process
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
  std::uint64_t count_ = 0;
};

}  // namespace psgrid::real
