// The consistency models that come with psgrid.
#pragma once

#include "model/consistency.hpp"

namespace psgrid {

std::unique_ptr<Consistency> make_bsp();
std::unique_ptr<Consistency> make_ssp(std::uint32_t staleness, bool cache, bool eager);
std::unique_ptr<Consistency> make_bounded_delay(std::uint32_t delay);
std::unique_ptr<Consistency> make_async();
std::unique_ptr<Consistency> make_quorum(Quorum quorum);
std::unique_ptr<Consistency> make_gradient_coding(const ConsistencySpec& spec);
std::unique_ptr<Consistency> make_partial_gradients(const ConsistencySpec& spec);
std::unique_ptr<Consistency> make_mds_coding(const ConsistencySpec& spec);
std::unique_ptr<Consistency> make_dynamic_ssp(std::uint32_t least, std::uint32_t greatest);
std::unique_ptr<Consistency> make_bsp_then_async(std::uint32_t switch_at);
std::unique_ptr<Consistency> make_round_robin();
std::unique_ptr<Consistency> make_task_graph(const std::vector<TaskSpec>& tasks);

}  // namespace psgrid
