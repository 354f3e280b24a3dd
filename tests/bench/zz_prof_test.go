package bench
import ("testing";"time")
func BenchmarkZZDurable(b *testing.B){ t:=newTarget(b,newServer(b,openStore(b))); t.creates(b,time.Second/2); for b.Loop(){ b.ReportMetric(t.creates(b,4*time.Second),"creates/s") } }
func BenchmarkZZNone(b *testing.B){ t:=newTarget(b,newServer(b,new(noStore))); t.creates(b,time.Second/2); for b.Loop(){ b.ReportMetric(t.creates(b,4*time.Second),"creates/s") } }
