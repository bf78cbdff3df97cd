// The tutorial's first queue, defects included. job_queue.hpp does it right.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chapters/5.3-task-queues/job.hpp"
#include "chapters/python_print.hpp"

namespace tutorial {

// [queue]
class AsyncTaskQueue {
  public:
    explicit AsyncTaskQueue(int max_workers) : max_workers_(max_workers) {}

    void start() {
        running_ = true;
        for (int i = 0; i < max_workers_; ++i) workers_.push_back(aio::create_task(worker(i)));
        python::print("Started {} workers", max_workers_);
    }

    aio::Coroutine<void> stop() {
        running_ = false;
        co_await tasks_.join();
        for (const auto& worker : workers_) worker.cancel();
        co_await aio::gather(aio::return_exceptions, workers_);
        python::print("All workers stopped");
    }

    aio::Coroutine<std::string> add_task(JobFunction function) {
        const std::string id = uuid4();
        Item item(id, std::move(function));
        co_await tasks_.put(std::move(item));
        co_return id;
    }

    /// Looks every 0.1 s whether the result is there.
    aio::Coroutine<std::string> get_result(std::string id) {
        while (!results_.contains(id)) co_await aio::sleep(std::chrono::milliseconds(100));
        co_return results_.extract(id).mapped();
    }

    aio::Coroutine<void> join() { co_await tasks_.join(); }
    std::size_t qsize() const noexcept { return tasks_.qsize(); }
  private:
    using Item = std::pair<std::string, JobFunction>;

    aio::Coroutine<Item> next() { co_return co_await tasks_.get(); }

    aio::Coroutine<void> worker(int number) {
        while (running_) {
            try {
                const Item item = co_await aio::wait_for(next(), std::chrono::seconds(1));
                python::print("Worker {} processing task {}", number, item.first);
                results_[item.first] = co_await item.second();
                tasks_.task_done();
            } catch (const aio::TimeoutError&) {  // of wait_for, or of the job?
                continue;
            } catch (const std::exception& error) {
                python::print("Worker {} error: {}", number, error.what());
                tasks_.task_done();
            }
        }
    }

    const int max_workers_;
    bool running_ = false;
    aio::Queue<Item> tasks_;
    std::map<std::string, std::string> results_;
    std::vector<aio::Task<void>> workers_;
};
// [/queue]

}  // namespace tutorial
