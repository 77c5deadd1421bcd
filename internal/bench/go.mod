// Benchmarks beside other libraries, which a program that imports cwmp must not
// have to know of. From the repository's root: go run -C internal/bench .
module github.com/cwmp-go/cwmp/internal/bench

go 1.26.0

require (
	github.com/beevik/etree v1.8.1
	github.com/cwmp-go/cwmp v0.0.0
)

require (
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace github.com/cwmp-go/cwmp => ../..
