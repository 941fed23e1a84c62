use super::*;
#[test]
fn official() {
    for f in ["c01_unet256_batch", "c04_resnet9_instance", "c08_pix2pixhd_global"] {
        let p = format!("/work/shared/golden/official/{f}/latest_net_G.pth");
        let f = File::open(Path::new(&p)).unwrap();
        println!("{:?} {} {:?}", f, f.infos().len(), f.infos()[0]);
    }
}
