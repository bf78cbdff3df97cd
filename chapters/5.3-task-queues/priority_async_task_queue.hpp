// The tutorial's second queue, defects included. job_queue.hpp does it right.
#pragma once
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "chapters/5.3-task-queues/job.hpp"
#include "chapters/python_print.hpp"

namespace tutorial {

// [queue]
class PriorityAsyncTaskQueue {
  public:
    explicit PriorityAsyncTaskQueue(int max_workers) : max_workers_(max_workers) {}

    aio::Coroutine<std::string> add_task(int priority, JobFunction function) {
        Item item{priority, ++task_counter_, uuid4(), std::move(function)};
        const std::string id = item.id;
        co_await tasks_.put(std::move(item));
        co_return id;
    }

    void start() {
        running_ = true;
        for (int i = 0; i < max_workers_; ++i) workers_.push_back(aio::create_task(worker(i)));
    }

    aio::Coroutine<void> stop() {
        running_ = false;
        for (int i = 0; i < max_workers_; ++i) {
            Item stop_marker{999, 999, "", nullptr};
            co_await tasks_.put(std::move(stop_marker));
        }
        co_await aio::gather(aio::return_exceptions, workers_);
    }

    const std::map<std::string, std::string>& results() const noexcept { return results_; }
  private:
    struct Item {
        int priority, sequence;
        std::string id;
        JobFunction function;
        bool operator<(const Item& other) const {
            return std::tie(priority, sequence) < std::tie(other.priority, other.sequence);
        }
    };

    aio::Coroutine<void> worker(int number) {
        while (running_) {
            try {
                const Item item = co_await tasks_.get();
                if (!item.function) break;  // the stop marker
                python::print("Worker {} processing priority {} task {}", number, item.priority, item.id);
                results_[item.id] = co_await item.function();
            } catch (const std::exception& error) { python::print("Worker {} error: {}", number, error.what()); }
        }
    }

    const int max_workers_;
    int task_counter_ = 0;
    bool running_ = false;
    aio::PriorityQueue<Item> tasks_;
    std::map<std::string, std::string> results_;
    std::vector<aio::Task<void>> workers_;
};
// [/queue]

}  // namespace tutorial
